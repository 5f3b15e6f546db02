import { beforeEach, describe, expect, test } from "vitest";
import type { Commit } from "../../../lib/core/log/commit.ts";
import { pendingEvents } from "../../../lib/core/view/pending-events.ts";
import { jar } from "../../jar.ts";
import { createJarLog, type JarLog } from "../../jar-log.ts";

let log: JarLog;
let commits: readonly Commit[];

/** Five commits of two events each: versions 1 to 10. */
beforeEach(async () => {
  log = createJarLog();
  commits = await log.fill("a", 5, 2);
});

const at = (...places: readonly number[]): readonly Commit[] =>
  places.flatMap((place) => commits[place] ?? []);
const versions = async (version: number, known: readonly Commit[]) =>
  (await pendingEvents(jar, log.store, "jar-a", version, known)).map((each) => each.at.version);
const reads = () => log.store.calls.filter(({ call }) => call !== "append");

describe("events that follow on", () => {
  test("are taken from the commits at hand, and the log is not read", async () => {
    expect(await versions(4, at(2, 3))).toEqual([5, 6, 7, 8]);
    expect(await versions(0, at(0))).toEqual([1, 2]);
    expect(reads()).toEqual([]);
  });

  test("leave out what was taken in before", async () => {
    expect(await versions(4, at(1, 2))).toEqual([5, 6]);
    expect(await versions(3, at(1))).toEqual([4]);
    expect(reads()).toEqual([]);
  });

  test("are none when everything at hand was taken in, whatever the log holds", async () => {
    expect(await versions(4, at(0, 1))).toEqual([]);
    expect(await versions(8, at(1))).toEqual([]);
    expect(reads()).toEqual([]);
  });

  test("come with the envelope of their commits", async () => {
    const [first] = await pendingEvents(jar, log.store, "jar-a", 5, at(2));
    const { time } = commits[2] ?? {};
    const envelope = { stream: "jar-a", id: "a", version: 6, time, actor: "ann", owner: "ann" };
    expect(first).toMatchObject({ event: { type: "CoinsPut", data: { coins: 1 } }, at: envelope });
  });
});

describe("a gap", () => {
  test.each([
    ["before the commits at hand", 0, [3]],
    ["between them", 2, [1, 3]],
    ["before and between them", 0, [1, 4]],
  ])("%s is filled from the log, read strongly", async (_, version, known) => {
    const all = Array.from({ length: 10 - version }, (__, place) => version + 1 + place);
    expect(await versions(version, at(...known))).toEqual(all);
    expect(reads()).toEqual([{ call: "range", consistent: true }]);
  });

  test("after a checkpoint in the middle of a commit is filled too", async () => {
    expect(await versions(3, at(3))).toEqual([4, 5, 6, 7, 8, 9, 10]);
    expect(reads().every(({ consistent }) => consistent)).toBe(true);
  });

  test("that the log has itself is a damage, not an end", async () => {
    log.store.plant("jar-a", at(0, 2, 3));
    await expect(versions(0, [])).rejects.toThrow("jar-a has a gap after version 0");
    await expect(versions(2, at(2))).rejects.toThrow("jar-a has a gap after version 2");
  });

  test("at the very start of the log is a damage too", async () => {
    log.store.plant("jar-a", at(1, 2));
    await expect(versions(0, [])).rejects.toThrow("the log is damaged");
  });
});

describe("without commits at hand", () => {
  test("events are read up to the head", async () => {
    expect(await versions(6, [])).toEqual([7, 8, 9, 10]);
    expect(await versions(0, [])).toHaveLength(10);
  });

  test("there are none at the head", async () => {
    expect(await versions(10, [])).toEqual([]);
    expect(await pendingEvents(jar, log.store, "jar-b", 0, [])).toEqual([]);
  });

  test("the rest of the last commit is read when a checkpoint stands inside it", async () => {
    expect(await versions(9, [])).toEqual([10]);
  });

  test("a long stream is read a part at a time", async () => {
    await log.fill("long", 130);
    const seen: number[] = [];
    for (let version = 0; ; version = seen.length) {
      const part = await pendingEvents(jar, log.store, "jar-long", version, []);
      if (part.length === 0) break;
      seen.push(...part.map((each) => each.at.version));
    }
    expect(seen).toEqual(Array.from({ length: 130 }, (_, place) => place + 1));
    expect(reads().filter(({ call }) => call === "range")).toHaveLength(3);
  });
});
