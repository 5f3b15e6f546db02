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
const ann = { sub: "ann", admin: false, auditor: false };
const ben = { ...ann, sub: "ben" };
const wait = (rows: Checkpoints, named: Readonly<Record<string, number>>, caller = ann) => {
  const streams = Object.entries(named).map(([stream, version]) => ({ stream, version }));
  const ports = { ...clock, random: createDice(), store: log.store };
  const token = parseToken(formatToken(streams) || undefined);
  return waitForCheckpoints(ports, diary, rows, token, caller);
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

describe("a query with a token that names what is somebody else's", () => {
  const behind = () =>
    reaching({
      "jar-a": [
        [0, 2],
        [150, 5],
      ],
    });

  test("waits for it all the same, for tokens are passed on", async () => {
    await wait(behind(), { "jar-a": 5 }, ben);
    expect(waited()).toBeGreaterThanOrEqual(150);
  });

  test("is not told that a version does not exist: it waits for the head", async () => {
    for (const version of [6, 99, Number.MAX_SAFE_INTEGER]) {
      const before = waited();
      await wait(behind(), { "jar-a": version }, ben);
      expect(waited() - before).toBeGreaterThanOrEqual(150);
    }
    await wait(reaching({ "jar-a": [[0, 5]] }), { "jar-a": 6 }, ben);
  });

  test("is not told where the head is when the view does not get there", async () => {
    const refused = { kind: "unavailable", message: "View diary has not taken in jar-a@99." };
    await expect(wait(reaching({}), { "jar-a": 99 }, ben)).rejects.toMatchObject(refused);
  });

  test("is told of admins' and auditors' mistakes, who may read everything", async () => {
    for (const role of ["admin", "auditor"])
      await expect(wait(behind(), { "jar-a": 6 }, { ...ben, [role]: true })).rejects.toMatchObject({
        kind: "bad-input",
      });
  });

  test("is refused for a mistake of the caller's own beside it", async () => {
    await log.fill("c", 1, 1, "ben");
    const named = { "jar-a": 99, "jar-c": 2 };
    const text = expect.stringContaining("names version 2 of jar-c");
    await expect(wait(behind(), named, ben)).rejects.toMatchObject({ message: text });
  });
});
