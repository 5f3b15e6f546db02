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
  // Parts of the SDK that functions do not need, and that would be three tenths of their code.
  alias: {
    "@aws-sdk/credential-provider-node": "./lambdas/credentials.ts",
    "@aws-sdk/endpoint-cache": "./lambdas/endpoint-cache.ts",
    "@smithy/core/event-streams": "./lambdas/event-streams.ts",
  },
  logLevel: "warning" as const,
};
