import { beforeEach, describe, expect, test } from "vitest";
import { formatToken, parseToken } from "../../../lib/core/query/consistency-token.ts";
import { waitBounds, waitForCheckpoints } from "../../../lib/core/query/wait-for-checkpoints.ts";
import type { Checkpoints } from "../../../lib/core/view/ledger-view.ts";
import { createClock, createDice, type FakeClock } from "../../clock.ts";
import { createJarLog, type JarLog } from "../../jar-log.ts";
import { diary } from "../../sample-views.ts";

let log: JarLog;
let clock: FakeClock;
let asked: (readonly string[])[];

/** Checkpoints that are at a version from a moment on (milliseconds after the start). */
const reaching = (plan: Readonly<Record<string, readonly [number, number][]>>): Checkpoints => {
  const start = clock.now();
  return {
    checkpoints: async (streams) => {
      asked.push(streams);
      return new Map(
        streams.flatMap((stream) => {
          const due = (plan[stream] ?? []).filter(([ms]) => clock.now() - start >= ms);
          return due.map(([, version]): [string, number] => [stream, version]);
        }),
      );
    },
  };
};
const wait = (rows: Checkpoints, token: Readonly<Record<string, number>>) => {
  const streams = Object.entries(token).map(([stream, version]) => ({ stream, version }));
  const ports = { ...clock, random: createDice(), store: log.store };
  return waitForCheckpoints(ports, diary, rows, parseToken(formatToken(streams) || undefined));
};
const waited = () => clock.slept.reduce((sum, ms) => sum + ms, 0);
const reads = () => log.store.calls.filter(({ call }) => call !== "append");

beforeEach(async () => {
  log = createJarLog();
  clock = createClock();
  asked = [];
  await log.fill("a", 5);
  await log.fill("b", 3);
});

describe("a query with a token", () => {
  test("goes on at once when the view has what it names", async () => {
    await wait(reaching({ "jar-a": [[0, 5]], "jar-b": [[0, 7]] }), { "jar-a": 5, "jar-b": 3 });
    expect(asked).toEqual([["jar-a", "jar-b"]]);
    expect(clock.slept).toEqual([]);
    expect(reads()).toEqual([]);
  });

  test("asks nothing when it names no stream that the view follows", async () => {
    await wait(reaching({}), {});
    await wait(reaching({}), { "account-a": 5 });
    expect(asked).toEqual([]);
  });

  test("waits until the view has what it names, and asks for what is missing only", async () => {
    const rows = reaching({
      "jar-a": [[0, 5]],
      "jar-b": [
        [0, 1],
        [150, 3],
      ],
    });
    await wait(rows, { "jar-a": 5, "jar-b": 3 });
    expect(asked[0]).toEqual(["jar-a", "jar-b"]);
    expect(asked.slice(1).every((streams) => streams.join() === "jar-b")).toBe(true);
    expect(waited()).toBeGreaterThanOrEqual(150);
    expect(waited()).toBeLessThan(400);
    expect(Math.max(...clock.slept)).toBeLessThanOrEqual(waitBounds.delayMaxMs);
  });

  test("is told to come again when that takes too long", async () => {
    await expect(wait(reaching({ "jar-b": [[0, 2]] }), { "jar-b": 3 })).rejects.toMatchObject({
      kind: "unavailable",
      message: "View diary has not taken in jar-b@3.",
      facts: { retryAfter: 1 },
    });
    expect(waited()).toBeGreaterThanOrEqual(waitBounds.totalMs);
    expect(waited()).toBeLessThan(waitBounds.totalMs + 2 * waitBounds.delayMaxMs);
  });

  test.each([
    ["a version that its stream has not reached", { "jar-a": 6 }, "jar-a, which is at 5"],
    ["a stream that does not exist", { "jar-c": 1 }, "jar-c, which is at 0"],
  ])("is refused when it names %s", async (_, token, text) => {
    const refused = { kind: "bad-input", message: expect.stringContaining(text) };
    await expect(wait(reaching({}), token)).rejects.toMatchObject(refused);
    expect(clock.slept).toEqual([]);
    expect(reads().every(({ consistent }) => consistent)).toBe(true);
  });

  test("reads the head of a stream once, however long it waits for it", async () => {
    await wait(reaching({ "jar-a": [[900, 5]] }), { "jar-a": 5 });
    expect(reads()).toHaveLength(1);
  });
});
