import { beforeEach, describe, expect, test } from "vitest";
import type { Commit } from "../../../lib/core/log/commit.ts";
import { applyLedger } from "../../../lib/core/view/apply-ledger.ts";
import type { LedgerRows } from "../../../lib/core/view/ledger-view.ts";
import { Event } from "../../jar.ts";
import { createJarLog, type JarLog } from "../../jar-log.ts";
import { createMemoryViews, type Hook, type MemoryViews } from "../../memory-views.ts";
import { diary, unbearable } from "../../sample-views.ts";

let log: JarLog;
let memory: MemoryViews;

beforeEach(() => {
  log = createJarLog();
  memory = createMemoryViews();
});

const rowsWith = (hook?: Hook): LedgerRows =>
  memory.process(hook ? { hook } : {}).tables.ledger(diary, 1);
const apply = (commits: readonly Commit[], hook?: Hook) =>
  applyLedger(diary, rowsWith(hook), log.store, "jar-a", commits);
const versions = () =>
  memory
    .ledger(diary)
    .map(({ values }) => Number(values.version))
    .sort((left, right) => left - right);
const upTo = (version: number) => Array.from({ length: version }, (_, place) => place + 1);
const checkpoint = () => memory.checkpoints(diary).get("jar-a");

describe("a ledger", () => {
  test("takes in the commits of a stream with one call for rows and one for the checkpoint", async () => {
    const commits = await log.fill("a", 20, 3);
    await apply(commits);
    expect(versions()).toEqual(upTo(60));
    expect(checkpoint()).toBe(60);
    expect(Object.fromEntries(memory.calls)).toEqual({
      "ledger.checkpoints": 1,
      "ledger.put": 1,
      "ledger.advance": 1,
    });
    expect(log.store.calls.filter(({ call }) => call !== "append")).toEqual([]);
  });

  test("does not write what it has, when it is told again", async () => {
    const commits = await log.fill("a", 4);
    await apply(commits);
    await apply(commits.slice(1, 3));
    expect(versions()).toEqual(upTo(4));
    expect(memory.calls.get("ledger.put")).toBe(1);
  });

  test("fills in what it was not told", async () => {
    const commits = await log.fill("a", 6);
    await apply(commits.slice(3, 4));
    expect(versions()).toEqual(upTo(6));
    expect(checkpoint()).toBe(6);
  });

  test("goes to the head of the log when it is told nothing, however far that is", async () => {
    await log.fill("a", 210);
    await apply([]);
    expect(versions()).toEqual(upTo(210));
    expect(checkpoint()).toBe(210);
  });

  test("takes in a stream that gives no rows", async () => {
    const commits = await log.fill("a", 3);
    const silent = { ...diary, entries: () => [] };
    await applyLedger(silent, rowsWith(), log.store, "jar-a", commits);
    expect(versions()).toEqual([]);
    expect(checkpoint()).toBe(3);
  });

  test("fails on an event that it cannot bear, and is not past it", async () => {
    await log.fill("a", 2);
    await log.add("a", [Event.Shaken({ noise: unbearable })]);
    await expect(apply(log.commits)).rejects.toThrow("This cannot be borne.");
    expect(checkpoint()).toBeUndefined();
  });

  test.each([
    ["ledger.put", "before"],
    ["ledger.put", "after"],
    ["ledger.advance", "before"],
    ["ledger.advance", "after"],
  ])("is whole after a crash at %s (%s) and a repeat", async (call, moment) => {
    const commits = await log.fill("a", 5);
    const crash: Hook = (name, when) => {
      if (name === call && when === moment) throw new Error("crash");
    };
    await expect(apply(commits, crash)).rejects.toThrow("crash");
    await apply(commits);
    expect(versions()).toEqual(upTo(5));
    expect(checkpoint()).toBe(5);
  });

  test("writes rows before the checkpoint that stands for them", async () => {
    const seen: string[] = [];
    await apply(await log.fill("a", 2), (name, when) => {
      if (when === "after") seen.push(name);
    });
    expect(seen).toEqual(["ledger.checkpoints", "ledger.put", "ledger.advance"]);
  });
});
