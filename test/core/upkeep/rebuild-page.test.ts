import { describe, expect, test } from "vitest";
import type { Commit } from "../../../lib/core/log/commit.ts";
import type { SegmentProgress } from "../../../lib/core/log/segments.ts";
import { startRebuild } from "../../../lib/core/upkeep/rebuild.ts";
import { denseCommits, takeCommits, takeHeads } from "../../../lib/core/upkeep/rebuild-page.ts";
import type { View } from "../../../lib/core/view/view.ts";
import { jarHistory } from "../../jar-history.ts";
import { createReadSide, type ReadSide } from "../../read-side.ts";
import { diary, jars } from "../../sample-views.ts";
import { expectBuilt } from "../../view-oracle.ts";

const jarOf = (id: string, commits: number): readonly Commit[] =>
  jarHistory(
    id,
    Array.from({ length: commits }, (_, at) => 1 + (at % 2)),
  ).commits;

const eventsIn = (commits: readonly Commit[]): number =>
  commits.flatMap(({ events }) => events).length;

/** Commits of a category that no view here follows. */
const foreign = (id: string, commits: number): readonly Commit[] =>
  jarOf(id, commits).map((commit) => ({ ...commit, stream: `cup-${id}` }));

const begun = async (side: ReadSide, view: View) => {
  const calls: string[] = [];
  const ports = side.start((call, at) => {
    if (at === "before") calls.push(call);
  });
  const { generation } = await startRebuild(ports, view, { segments: 1 });
  const rebuild = await ports.rebuilds.find(view.name);
  if (!rebuild) throw new Error("Nothing was begun.");
  const build = { view, generation };
  return {
    calls,
    heads: (progress: SegmentProgress) => takeHeads(ports, build, rebuild, progress),
    commits: (progress: SegmentProgress) => takeCommits(ports, build, rebuild, progress),
    parked: () => side.memory.parked.map(({ stream }) => stream),
  };
};

const start: SegmentProgress = { segment: 0, done: false, streams: 0, events: 0 };

describe("a page of a dense log", () => {
  test("is taken in by its keys: one query and one write for each stream on it", async () => {
    const side = createReadSide({ pageSize: 500 });
    const log = [jarOf("a", 60), jarOf("b", 90)];
    for (const commits of log) side.plant(commits);
    const { heads, calls } = await begun(side, jars);
    calls.length = 0;
    expect(await heads(start)).toEqual({
      isDense: true,
      progress: { segment: 0, done: true, byHead: true, streams: 2, events: eventsIn(log.flat()) },
    });
    expect(calls.toSorted()).toEqual(
      ["log.keys", "store.tail", "store.tail", "documents.put", "documents.put"].toSorted(),
    );
    expectBuilt(side, jars, 2);
  });

  test("brings a stream to its head that goes on to the next page, which has no more of it", async () => {
    const side = createReadSide({ pageSize: 100 });
    const log = jarOf("long", 250);
    side.plant(log);
    const { heads, calls } = await begun(side, jars);
    const first = await heads(start);
    expect(first?.progress).toMatchObject({ done: false, streams: 1, events: eventsIn(log) });
    expectBuilt(side, jars, 2);
    calls.length = 0;
    const second = await heads(first?.progress ?? start);
    expect(calls).toEqual(["log.keys"]);
    expect(second?.progress).toMatchObject({ streams: 1, events: eventsIn(log) });
    const third = await (await begun(side, diary)).commits({ ...start, ...second?.progress });
    expect(third.progress).toMatchObject({ done: true, streams: 1, events: eventsIn(log) });
  });

  test("counts only what is behind the cursor when the pages before were taken commit by commit", async () => {
    const side = createReadSide({ pageSize: 100 });
    const log = jarOf("long", 250);
    side.plant(log);
    const { heads, commits } = await begun(side, jars);
    const first = await commits(start);
    expect(first.progress).toMatchObject({ streams: 1, events: eventsIn(log.slice(0, 100)) });
    const second = await heads(first.progress);
    expect(second?.progress).toMatchObject({ byHead: true, streams: 1, events: eventsIn(log) });
    expectBuilt(side, jars, 2);
  });

  test("that was taken by heads leaves nothing of its last stream to one that is not", async () => {
    const side = createReadSide({ pageSize: 100 });
    const log = jarOf("long", 150);
    side.plant(log);
    const { heads, commits } = await begun(side, jars);
    const first = await heads(start);
    const second = await commits(first?.progress ?? start);
    expect(second.progress).toEqual({ segment: 0, done: true, streams: 1, events: eventsIn(log) });
  });

  test("is one, too, that holds other categories, which are not looked at", async () => {
    const side = createReadSide({ pageSize: 500 });
    side.plant(jarOf("a", 2));
    side.plant(foreign("x", denseCommits));
    const { heads, calls } = await begun(side, jars);
    calls.length = 0;
    expect((await heads(start))?.progress).toMatchObject({ streams: 1, events: 3 });
    expect(calls).toEqual(["log.keys", "store.tail", "documents.put"]);
  });

  test("parks what cannot be loaded, and goes on with the others", async () => {
    const side = createReadSide({ pageSize: 500 });
    const damaged = jarOf("a", 60);
    side.plant(damaged.map((each, at) => (at === 59 ? { ...each, people: "x" as never } : each)));
    side.plant(jarOf("b", 60));
    const { heads, parked } = await begun(side, jars);
    expect((await heads(start))?.progress).toMatchObject({ streams: 2, done: true });
    expect(parked()).toEqual(["jar-a"]);
    expect(side.memory.documents(jars, 2).standing.get("jar-b")?.version).toBe(90);
  });
});

describe("a page is left to be taken commit by commit", () => {
  test("when its streams are short", async () => {
    const side = createReadSide({ pageSize: 500 });
    for (const id of ["a", "b", "c"]) side.plant(jarOf(id, denseCommits - 1));
    const { heads, commits, calls } = await begun(side, jars);
    calls.length = 0;
    expect(await heads(start)).toBeUndefined();
    expect(calls).toEqual(["log.keys"]);
    expect(await commits(start)).toMatchObject({ isDense: false, progress: { streams: 3 } });
    expectBuilt(side, jars, 2);
  });

  test("when the view is no document", async () => {
    const side = createReadSide({ pageSize: 500 });
    side.plant(jarOf("a", 200));
    const { heads, commits, calls } = await begun(side, diary);
    calls.length = 0;
    expect(await heads(start)).toBeUndefined();
    expect(calls).toEqual([]);
    expect((await commits(start)).progress).toMatchObject({ done: true, events: 300 });
    expectBuilt(side, diary, 2);
  });
});
