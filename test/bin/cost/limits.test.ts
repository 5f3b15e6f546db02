import { describe, expect, test } from "vitest";
import { type Limit, limitsOf } from "../../../bin/cost/limits.ts";
import { type Workload, workloadWith } from "../../../bin/cost/workload.ts";
import { stageThrottle } from "../../../lib/infra/throttles.ts";

const limit = (name: string, given: Partial<Workload> = {}): Limit => {
  const found = limitsOf(workloadWith(given)).find((each) => each.name === name);
  if (!found) throw new Error(`There is no limit ${name}.`);
  return found;
};

const shared = { subjectKeys: "shared" } as const;

describe("a limit", () => {
  test.each([
    ["throttle of the API", { "commands-per-second": 50 }, 550],
    ["throttle of a command's route", { "commands-per-second": 50 }, 25],
    ["hottest stream", { "commands-per-second": 50, "hottest-stream": 0.5 }, 25],
    ["partition of the hottest stream", { "hottest-stream": 1, "commit-bytes": 3_000 }, 30],
    ["partition of the hottest document", { "hottest-stream": 1, "query-read-units": 2 }, 200],
    ["hottest partition of an index", { "hottest-index": 0.5 }, 10],
    ["table quota of the log", { "commands-per-second": 500, idempotent: 1 }, 2_000],
    ["table quota of the busiest view", { "commands-per-second": 500 }, 2_000],
    ["records of the views", { "commands-per-second": 500 }, 500],
    ["KMS keys", { "commands-per-second": 1, "commands-per-user": 10 }, 8_640],
    ["KMS keys", shared, 1],
    ["KMS CreateKey", { "commands-per-user": 1, "new-users": 0.1 }, 1],
    ["KMS CreateKey", shared, 0],
    ["KMS requests", { "personal-commands": 0.5, "personal-queries": 0.5 }, 55],
  ])("%s, for %j, is loaded with %d", (name, given, load) => {
    expect(limit(name, given).load).toBeCloseTo(load, 6);
  });

  test("that the stack sets is the stack's own", () => {
    expect(limit("throttle of the API").capacity).toBe(stageThrottle.rate);
    expect(limit("throttle of a command's route").capacity).toBeLessThan(stageThrottle.rate);
  });

  test("of concurrency counts commands, queries and both readers of the stream", () => {
    const { load } = limit("Lambda concurrency", {
      ...{ "commands-per-second": 100, "command-ms": 10, "queries-per-command": 1 },
      ...{ "query-ms": 20, "projector-ms": 30, "projector-event-ms": 0 },
    });
    expect(load).toBeCloseTo(1 + 2 + 2 * 3, 6);
  });

  test("of a stream is one commit in two round trips", () => {
    expect(limit("hottest stream", { "round-trip-ms": 10 }).capacity).toBe(50);
  });

  test("of a tally's row is spared by large batches", () => {
    const young = { "commands-per-second": 4_000, months: 0, "hottest-row": 1 } as const;
    expect(limit("hottest row of a tally", young).load).toBeLessThan(100);
    expect(limit("hottest row of a tally", { "hottest-row": 1 }).load).toBe(10);
  });

  test("of the bus is spared by batches, ten events a call", () => {
    expect(limit("EventBridge PutEvents").load).toBe(10);
    const young = { "commands-per-second": 4_000, months: 0 } as const;
    expect(limit("EventBridge PutEvents", young).load).toBe(400);
  });

  test("of the daily audit is a day", () => {
    const { load, capacity } = limit("daily audit", { "commands-per-second": 1_000 });
    expect(capacity).toBe(24);
    expect(load).toBeCloseTo((1_000 * 31_536_000 * 750) / 75e6 / 3600, 6);
  });
});

test("every limit has a name of its own, and says what to turn", () => {
  const limits = limitsOf(workloadWith());
  expect(new Set(limits.map(({ name }) => name)).size).toBe(limits.length);
  for (const { turn, unit } of limits) expect(turn.length * unit.length).toBeGreaterThan(0);
});
