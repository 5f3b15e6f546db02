import { defineConfig } from "vitest/config";

// Three projects by what they need: nothing (unit), the embedded engine (engine), the whole local host (e2e).
const project = (name: string, include: string[], testTimeout: number, exclude: string[] = []) => ({
  test: {
    name,
    include,
    exclude,
    testTimeout,
    hookTimeout: 60_000,
    // The SDK warns of Node 20 once a process; this is its own switch.
    env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true" },
  },
});

export default defineConfig({
  test: {
    projects: [
      project("unit", ["test/**/*.test.ts"], 20_000, [
        "test/**/*.engine.test.ts",
        "test/**/*.e2e.test.ts",
      ]),
      project("engine", ["test/**/*.engine.test.ts"], 60_000),
      project("e2e", ["test/**/*.e2e.test.ts"], 120_000),
    ],
  },
});
