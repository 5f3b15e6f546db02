import { defineConfig } from "vitest/config";

const minuteMs = 60_000;

// Run by `npm run test:deploy`, which starts the emulator that these tests deploy to.
export default defineConfig({
  test: {
    include: ["test/deploy/**/*.test.ts"],
    fileParallelism: false,
    testTimeout: 2 * minuteMs,
    hookTimeout: minuteMs,
    reporters: ["verbose"],
  },
});
