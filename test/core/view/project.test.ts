import { beforeEach, describe, expect, test } from "vitest";
import type { Commit } from "../../../lib/core/log/commit.ts";
import { project, reasonOf, viewRecords } from "../../../lib/core/view/project.ts";
import type { View } from "../../../lib/core/view/view.ts";
import { Event } from "../../jar.ts";
import { createJarLog, type JarLog } from "../../jar-log.ts";
import type { Hook } from "../../memory-views.ts";
import { createReadSide, queued, type ReadSide, recordOf } from "../../read-side.ts";
import { sampleCommit } from "../../sample-commit.ts";
import { diary, jars, jarViews, purses, ranking, unbearable } from "../../sample-views.ts";
import { expectBuilt } from "../../view-oracle.ts";

let side: ReadSide;
let log: JarLog;

beforeEach(() => {
  side = createReadSide();
  log = createJarLog(side.store);
});

const projectAll = (commits: readonly Commit[], hook?: Hook, views?: readonly View[]) =>
  project(side.start(hook, views), commits);
const crashAt =
  (call: string, moment: "before" | "after" = "before"): Hook =>
  (name, when) => {
    if (name === call && when === moment) throw new Error("crash");
  };
const expectAllBuilt = (views: readonly View[] = jarViews): void => {
  for (const view of views) expectBuilt(side, view, 1);
};
const shake = () => log.add("bad", [Event.Shaken({ noise: unbearable })]);
const bad = { generation: 1, stream: "jar-bad" };

describe("a batch of notifications", () => {
  test("reaches every view that follows its streams", async () => {
    for (const id of ["a", "b", "c"]) await log.fill(id, 3, 2);
    expect(await projectAll(log.commits)).toEqual([]);
    expectAllBuilt();
  });

  test("makes the record of a view that has none, as one that lacks its past", async () => {
    await projectAll(await log.fill("a", 1));
    const live = { generation: 1, definition: 1 };
    expect(await recordOf(side, diary)).toMatchObject({ live, unbuilt: true });
  });

  test("reads the records of all views once, strongly", async () => {
    await projectAll([]);
    const before = side.memory.calls.get("catalogue.list") ?? 0;
    await projectAll(await log.fill("a", 2));
    expect(side.memory.calls.get("catalogue.list")).toBe(before + 1);
    expect(side.memory.calls.get("parking.among")).toBeUndefined();
  });

  test("takes streams of which it could not be read to the head of the log, and holds up no other", async () => {
    const [first, second] = [await log.fill("a", 2), await log.fill("b", 2)];
    expect(await project(side.start(), second, ["jar-a"])).toEqual([]);
    expect(first).toHaveLength(2);
    expectAllBuilt();
  });

  test("is no business of views that follow other streams", async () => {
    expect(await projectAll([sampleCommit("sample-a"), sampleCommit("jarful-a")])).toEqual([]);
    expectAllBuilt();
  });

  test.each([
    "documents.put",
    "ledger.put",
    "ledger.advance",
    "tally.add",
    "ledger.checkpoints",
    "tally.marks",
    "documents.get",
  ])("that fails at %s in one view reaches the others, and that one in the end", async (call) => {
    await log.fill("a", 3);
    await log.fill("b", 2);
    const failures = await projectAll(log.commits, crashAt(call));
    const failed = new Set(failures.map(({ view }) => view));
    expect(failed.size).toBeGreaterThan(0);
    expectAllBuilt(jarViews.filter(({ name }) => !failed.has(name)));
    const parked = side.memory.parked.map(({ view, stream }) => `${view} ${stream}`);
    expect(parked.sort()).toEqual(failures.map(({ view, stream }) => `${view} ${stream}`).sort());
    await side.drain();
    expectAllBuilt();
    expect(side.memory.parked).toEqual([]);
  });

  test("is delivered again when a failure cannot be noted, and has reached the other views", async () => {
    await log.fill("bad", 1);
    await shake();
    await expect(projectAll(log.commits, crashAt("parking.park"))).rejects.toThrow("crash");
    expectAllBuilt([jars, ranking]);
  });
});

describe("a stream that a view cannot take in", () => {
  beforeEach(async () => {
    await log.fill("bad", 1);
    await shake();
  });

  test("is parked with the reason, queued and told, and holds up nothing else", async () => {
    await log.fill("good", 2);
    const failures = await projectAll(log.commits);
    const expected = [diary, purses].map(({ name }) => ({ view: name, ...bad }));
    expect(failures).toHaveLength(2);
    for (const pair of expected) expect(failures).toContainEqual(expect.objectContaining(pair));
    const reason = "Error: This cannot be borne.";
    const note = { reason, queued: true, dead: false, since: expect.any(String) };
    const parked = expected.map((pair) => ({ ...pair, ...note }));
    expect(side.memory.parked).toEqual(expect.arrayContaining(parked));
    const works = expected.map((pair) => ({ kind: "catch-up", ...pair }));
    expect(queued(side, "catch-up")).toEqual(expect.arrayContaining(works));
    expectAllBuilt([jars, ranking]);
    const versions = side.memory.ledger(diary).map(({ values }) => values.stream);
    expect(versions).toEqual(["jar-good", "jar-good"]);
  });

  test("is left out of later batches while it is parked, and not queued twice", async () => {
    await projectAll(log.commits);
    const later = [
      await log.add("bad", [Event.CoinsPut({ coins: 1 })]),
      ...(await log.fill("c", 1)),
    ];
    const before = side.memory.calls.get("parking.park");
    expect(await projectAll(later)).toEqual([]);
    expect(side.memory.calls.get("parking.park")).toBe(before);
    expect(side.memory.messages).toHaveLength(2);
    expect(side.memory.checkpoints(diary).get("jar-bad")).toBeUndefined();
    expect(side.memory.checkpoints(diary).get("jar-c")).toBe(1);
  });

  test.each(["before", "after"] as const)(
    "is queued when the next event comes, after a crash %s its message was sent",
    async (moment) => {
      await expect(projectAll(log.commits, crashAt("queue.send", moment))).rejects.toThrow("crash");
      side.memory.messages.splice(0);
      expect(side.memory.parked.map(({ queued: isQueued }) => isQueued)).toContain(false);
      await projectAll([await log.add("bad", [Event.CoinsPut({ coins: 1 })])]);
      expect(queued(side, "catch-up")).toHaveLength(2);
      expect(side.memory.parked.every(({ queued: isQueued }) => isQueued)).toBe(true);
    },
  );

  test("that was given up waits for a redrive, not for the next event", async () => {
    await projectAll(log.commits);
    side.memory.messages.splice(0);
    const { parking } = side.start();
    const note = { reason: "no", queued: false, dead: true };
    for (const pair of side.memory.parked) await parking.park(pair, note);
    await projectAll([await log.add("bad", [Event.CoinsPut({ coins: 1 })])]);
    expect(side.memory.messages).toEqual([]);
  });
});

describe("the builds of a view", () => {
  const at = "2026-11-01T18:00:00.000Z";
  const until = "2026-11-01T18:15:00.000Z";
  const rebuild = { segments: 1, startedAt: at };

  test("are fed all: the one that is being filled first, those that have served before last", async () => {
    await projectAll([]);
    const { rebuilds } = side.start();
    await rebuilds.begin(diary.name, 1, rebuild);
    await rebuilds.switchTo(diary.name, 2, at, until);
    await rebuilds.begin(diary.name, 1, rebuild);
    await projectAll(await log.fill("a", 3));
    for (const generation of [1, 2, 3]) expectBuilt(side, diary, generation);
    expectBuilt({ ...side, log: () => [] }, diary, 4);
    const fed: string[] = [];
    const seeing = side.start();
    const tables = {
      ...seeing.tables,
      ledger: (view: typeof diary, generation: number) => {
        fed.push(`${view.name} ${generation}`);
        return seeing.tables.ledger(view, generation);
      },
    };
    await project({ ...seeing, tables }, await log.fill("b", 1));
    expect(fed).toEqual(["diary 3", "diary 2", "diary 1"]);
  });

  const changed = {
    ...diary,
    definition: 2,
    entries: () => [],
    previous: diary,
  };

  test("are each fed under the definition that began them", async () => {
    await projectAll([]);
    const views = [changed];
    await side.start().rebuilds.begin(diary.name, 2, rebuild);
    await projectAll(await log.fill("a", 2), undefined, views);
    expect(side.memory.ledger(diary, 1)).toHaveLength(2);
    expect(side.memory.ledger(diary, 2)).toHaveLength(0);
    expect(side.memory.checkpoints(diary, 2).get("jar-a")).toBe(2);
  });

  const { previous: _, ...strange } = { ...changed, definition: 9 };

  test("of an unknown definition keep their streams waiting, and hold up no other view", async () => {
    await projectAll([]);
    const views = jarViews.map((view) => (view.name === diary.name ? strange : view));
    const failures = await projectAll(await log.fill("a", 2), undefined, views);
    expect(failures).toMatchObject([{ view: "diary", generation: 1, stream: "jar-a" }]);
    expect(side.memory.parked).toMatchObject([
      { view: "diary", reason: expect.stringContaining("definition 1, unknown here") },
    ]);
    expectAllBuilt(jarViews.filter(({ name }) => name !== "diary"));
    await side.drain();
    expectAllBuilt();
  });

  test("of an unknown definition are left alone once they have stopped to serve", async () => {
    await projectAll([]);
    const { rebuilds } = side.start();
    await rebuilds.begin(diary.name, 9, rebuild);
    await rebuilds.switchTo(diary.name, 2, at, at);
    expect(await projectAll(await log.fill("a", 2), undefined, [strange])).toEqual([]);
    expect(side.memory.parked).toEqual([]);
  });
});

describe("the records of views", () => {
  test("are as they stand, once each view has one", async () => {
    const { catalogue } = side.start();
    await catalogue.create("jars", 7);
    const records = await viewRecords(catalogue, jarViews);
    expect([...records.keys()].sort()).toEqual(["diary", "jars", "purses", "ranking"]);
    expect(records.get("jars")?.live.definition).toBe(7);
  });
});

describe("a reason", () => {
  test("is what the failure says of itself, no longer than it needs to be", () => {
    expect(reasonOf(new TypeError("no"))).toBe("TypeError: no");
    expect(reasonOf("no")).toBe("no");
    expect(reasonOf(new Error("x".repeat(2_000)))).toHaveLength(500);
  });
});
