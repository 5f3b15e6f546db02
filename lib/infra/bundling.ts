/** How the code of a function becomes one file, in esbuild's words: the stack and the benchmark of bundles read it. */
export const bundling = {
  // Not an ES module: to those, Node hands all that `node:http` could export, and loads `undici` for that.
  format: "cjs" as const,
  target: "node24",
  mainFields: ["module", "main"],
  minify: true,
  sourcemap: true,
  sourcesContent: false,
  // What makes traces readable without reading the source map at every start.
  inject: ["./lambdas/traces.ts"],
  // The SDK's own search for credentials is a quarter of a function's code, and Lambda leaves nothing to be searched.
  alias: { "@aws-sdk/credential-provider-node": "./lambdas/credentials.ts" },
  logLevel: "warning" as const,
};
