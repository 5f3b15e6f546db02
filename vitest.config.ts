import { defineConfig } from "vitest/config";

/** A group of tests by what they need. */
const project = (
  name: string,
  include: string[],
  testTimeout: number,
  options: { exclude?: string[]; isolate?: boolean } = {},
) => ({
  test: {
    name,
    include,
    testTimeout,
    hookTimeout: 60_000,
    // The SDK warns of Node 20 once a process; this is its own switch.
    env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true" },
    ...options,
  },
});

const infra = "test/infra/**/*.test.ts";
const engine = "test/**/*.engine.test.ts";
const e2e = "test/**/*.e2e.test.ts";
// A run of its own: `npm run test:deploy`.
const deploy = "test/deploy/**";

// By what they need: nothing, the CDK (slow to load, so its files share a process), the embedded engine, the whole host.
export default defineConfig({
  test: {
    // As many as a small machine has cores; by default one of two would stand idle.
    maxWorkers: 2,
    projects: [
      project("unit", ["test/**/*.test.ts"], 20_000, { exclude: [infra, engine, e2e, deploy] }),
      project("infra", [infra], 60_000, { isolate: false }),
      project("engine", [engine], 60_000),
      project("e2e", [e2e], 120_000),
    ],
  },
});
