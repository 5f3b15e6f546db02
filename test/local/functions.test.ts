import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { applyEnvironment, loadFunctions } from "../../local/functions.ts";

beforeEach(() => {
  vi.stubEnv("EVERFOLD_TEST_A", "before");
  vi.stubEnv("EVERFOLD_TEST_B", undefined);
});

afterEach(() => {
  vi.unstubAllEnvs();
});

const seen = () => [process.env.EVERFOLD_TEST_A, process.env.EVERFOLD_TEST_B];

test("sets and removes variables, and puts back what was there before", () => {
  const restore = applyEnvironment({ EVERFOLD_TEST_A: undefined, EVERFOLD_TEST_B: "new" });
  expect(seen()).toEqual([undefined, "new"]);
  restore();
  expect(seen()).toEqual(["before", undefined]);
});

test("a function that was not loaded is not there", async () => {
  const functions = await loadFunctions([]);
  expect(() => functions("query")).toThrow("The function query was not loaded.");
});
