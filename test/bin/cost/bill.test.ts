import { describe, expect, test } from "vitest";
import { dollarsPerMillion } from "../../../bench/dollars.ts";
import { billOf, fixed } from "../../../bin/cost/bill.ts";
import { monthSeconds } from "../../../bin/cost/flow.ts";
import { prices } from "../../../bin/cost/prices.ts";
import { type Workload, workloadWith } from "../../../bin/cost/workload.ts";
import { logMetrics, ownMetrics } from "../../../lib/core/system/metrics.ts";

const lineOf = (component: string, given: Partial<Workload> = {}): number => {
  const workload = workloadWith({ "commands-per-second": 1, "queries-per-command": 10, ...given });
  const line = billOf(workload).lines.find((each) => each.component === component);
  if (!line) throw new Error(`The bill has no line ${component}.`);
  return line.dollars;
};

const millions = monthSeconds / 1e6;

describe("a month of one command a second", () => {
  test("has 2.628 million commands, and eleven requests for each", () => {
    expect(lineOf("HTTP API")).toBeCloseTo(2.628 * 11, 6);
  });

  test.each([
    // Ten write units, and six read units in batches of one event.
    ["DynamoDB: views", {}, millions * (10 * 0.625 + 6 * 0.125)],
    ["DynamoDB: commands", { warm: 1, "personal-commands": 0 }, millions * 0.625],
    ["DynamoDB: queries", { "personal-queries": 0 }, millions * 10 * 0.125],
    ["EventBridge", {}, millions],
    ["KMS: keys", { "commands-per-user": 20 }, 86_400 / 20],
    ["KMS: keys", { subjectKeys: "shared" as const }, 1],
    ["KMS: requests", { "personal-queries": 1, "personal-commands": 0 }, millions * 1_000 * 0.03],
    [
      "Lambda: commands and queries",
      { "command-ms": 10, "query-ms": 5, "memory-mb": 2048 },
      millions * 11 * 0.2 + monthSeconds * (0.01 + 0.05) * 2 * prices.gigabyteSeconds.dollars,
    ],
    ["Data sent out", { "answer-bytes": 1_024 }, (monthSeconds * 11 * 0.09) / 1024 ** 2],
  ])("%s %j: %d dollars", (component, given, dollars) => {
    expect(lineOf(component, given)).toBeCloseTo(dollars, 6);
  });
});

describe("a bill", () => {
  test("sums its lines, none of which is negative", () => {
    const { lines, dollars } = billOf(workloadWith());
    expect(lines.reduce((sum, line) => sum + line.dollars, 0)).toBeCloseTo(dollars, 6);
    for (const line of lines) expect(line.dollars).toBeGreaterThanOrEqual(0);
  });

  test("tells what a million commands cost", () => {
    const { dollars, perMillionCommands } = billOf(workloadWith({ "commands-per-second": 100 }));
    expect(perMillionCommands).toBeCloseTo(dollars / (100 * millions), 6);
  });

  test("is smaller beyond the first 300 million requests", () => {
    const quiet = { "commands-per-second": 100, "queries-per-command": 0 } as const;
    expect(lineOf("HTTP API", quiet)).toBeCloseTo(262.8, 6);
    const busy = { "commands-per-second": 1_000, "queries-per-command": 0 } as const;
    expect(lineOf("HTTP API", busy)).toBeCloseTo(300 + (2_628 - 300) * 0.9, 6);
  });

  test("grows with the log: its storage, its recovery, and the audit that reads all of it", () => {
    for (const component of ["DynamoDB: storage and recovery", "Daily audit of the whole log"]) {
      expect(lineOf(component, { months: 0 })).toBe(0);
      const [one, three] = [lineOf(component, { months: 1 }), lineOf(component, { months: 3 })];
      expect(three).toBeCloseTo(3 * one, 6);
    }
  });
});

test("units have the same prices as in the benchmarks", () => {
  expect({ writeUnits: prices.writes.dollars, readUnits: prices.reads.dollars }).toEqual(
    dollarsPerMillion,
  );
});

test("metrics are as many as functions tell, each by itself, and logs are counted for", () => {
  const told = Object.values(ownMetrics).flatMap(({ by }) => by);
  expect(fixed.metrics).toBe(told.length + Object.keys(logMetrics).length);
});
