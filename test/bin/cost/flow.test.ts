import { describe, expect, test } from "vitest";
import { flowOf, monthSeconds } from "../../../bin/cost/flow.ts";
import { workloadWith } from "../../../bin/cost/workload.ts";

const young = { months: 0 } as const;

describe("the log's stream", () => {
  test("has four shards when the log is young and quiet, and one for each 1,000 writes a second", () => {
    expect(flowOf(workloadWith({ ...young, "commands-per-second": 1 })).shards).toBe(4);
    expect(flowOf(workloadWith({ ...young, "commands-per-second": 50_000 })).shards).toBe(50);
  });

  test("has one for each 10 GB of log, too", () => {
    const { logGigabytes, shards } = flowOf(workloadWith({ "commands-per-second": 100 }));
    expect(logGigabytes).toBeCloseTo((100 * monthSeconds * 12 * 750) / 1024 ** 3, 6);
    expect(shards).toBe(Math.ceil(logGigabytes / 10));
  });
});

describe("a batch", () => {
  const batchAt = (commands: number) =>
    flowOf(workloadWith({ ...young, "commands-per-second": commands })).batch;

  test("has one event where events come one by one", () => {
    expect(batchAt(10)).toBe(1);
  });

  test("grows with what gathers while the one before is worked on", () => {
    // 250 events a second in each shard: 30 ms and 1.2 ms for each of 10.7 are 42.9 ms, in which 10.7 come.
    const { batch, batchMs } = flowOf(workloadWith({ ...young, "commands-per-second": 1_000 }));
    expect(batch).toBeCloseTo(10.71, 2);
    expect((batchMs / 1000) * 250).toBeCloseTo(batch, 6);
  });

  test("is never larger than the mapping hands over, and then shards pass on what they can", () => {
    const { batch, batches, shards, shardMax } = flowOf(
      workloadWith({ ...young, "commands-per-second": 4_000 }),
    );
    expect(batch).toBe(1_000);
    expect(shardMax).toBeCloseTo(1_000 / 1.23, 6);
    expect(batches).toBeCloseTo((shards * shardMax) / 1_000, 6);
  });
});

describe("units", () => {
  const unitsOf = (given: Parameters<typeof workloadWith>[0]) =>
    flowOf(workloadWith({ "commands-per-second": 100, "personal-commands": 0, ...given }));

  test("of a command are one write, and half a read when it is cold", () => {
    expect(unitsOf({ warm: 1 }).commandUnits).toEqual({ writes: 100, reads: 0 });
    expect(unitsOf({ warm: 0 }).commandUnits).toEqual({ writes: 100, reads: 50 });
  });

  test("of a command do not depend on history", () => {
    expect(unitsOf({ history: 1_000_000 }).commandUnits).toEqual(
      unitsOf({ history: 1 }).commandUnits,
    );
  });

  test("of a command grow with its commit, an idempotency key and refused writes", () => {
    expect(unitsOf({ "commit-bytes": 1_025 }).commandUnits.writes).toBe(200);
    expect(unitsOf({ idempotent: 1 }).commandUnits.writes).toBe(400);
    expect(unitsOf({ idempotent: 1, "commit-bytes": 1_025 }).commandUnits.writes).toBe(600);
    expect(unitsOf({ refused: 0.5 }).commandUnits.writes).toBe(150);
  });

  test("of views fall when a batch has many events of one stream", () => {
    const busy = { "commands-per-second": 1_000, ...young } as const;
    expect(unitsOf({ ...busy }).viewUnits.writes).toBe(10_000);
    expect(unitsOf({ ...busy, "events-per-stream": 9 }).viewUnits.writes).toBe(2_000);
  });

  test("of views do not fall below what batches hold", () => {
    const quiet = { "commands-per-second": 1, "events-per-stream": 100 } as const;
    expect(unitsOf(quiet).viewUnits.writes).toBe(10);
  });

  test("of views grow with rows of more than 1 KB, in the table and in its index", () => {
    expect(unitsOf({ "row-bytes": 2_049 }).viewUnits.writes).toBe(1_400);
  });
});

test("streams are as many as histories fit into the log", () => {
  const { streams } = flowOf(workloadWith({ "commands-per-second": 1, history: 500, months: 1 }));
  expect(streams).toBeCloseTo(monthSeconds / 500, 6);
});
