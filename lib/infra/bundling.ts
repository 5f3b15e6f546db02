/** How the code of a function becomes one file: read by the stack, and by the benchmark that loads these files. */
export const bundling = {
  // Not an ES module: to those, Node hands `node:http` with everything that it could export, and loads `undici` for that.
  format: "cjs",
  target: "node24",
  mainFields: ["module", "main"],
  minify: true,
  sourceMap: true,
  sourcesContent: false,
  // What makes traces readable without a start that reads the source map.
  inject: ["./lambdas/traces.ts"],
} as const;
