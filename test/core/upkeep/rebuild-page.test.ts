import { describe, expect, test } from "vitest";
import type { Commit } from "../../../lib/core/log/commit.ts";
import type { LogWalker, SegmentProgress } from "../../../lib/core/log/segments.ts";
import { startRebuild } from "../../../lib/core/upkeep/rebuild.ts";
import {
  denseCommits,
  stride,
  takeCommits,
  takeHeads,
} from "../../../lib/core/upkeep/rebuild-page.ts";
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

const begun = async (side: ReadSide, view: View, logOf = (log: LogWalker) => log) => {
  const calls: string[] = [];
  const ports = side.start((call, at) => {
    if (at === "before") calls.push(call);
  });
  const { generation } = await startRebuild(ports, view, { segments: 1 });
  const rebuild = await ports.rebuilds.find(view.name);
  if (!rebuild) throw new Error("Nothing was begun.");
  const build = { view, generation };
  calls.length = 0;
  return {
    calls,
    heads: (progress: SegmentProgress) =>
      takeHeads({ ...ports, log: logOf(ports.log) }, build, rebuild, progress),
    commits: (progress: SegmentProgress) => takeCommits(ports, build, rebuild, progress),
    parked: () => side.memory.parked.map(({ stream }) => stream),
  };
};

const timesOf = (calls: readonly string[]) =>
  Object.fromEntries(
    [...new Set(calls)].map((call) => [call, calls.filter((each) => each === call).length]),
  );

const start: SegmentProgress = { segment: 0, done: false, streams: 0, events: 0 };

describe("a stretch of a dense log", () => {
  test("is taken in by its streams: one step, one query and one write for each, however long it is", async () => {
    const side = createReadSide({ pageSize: 500 });
    const log = ["a", "b", "c"].map((id) => jarOf(id, 300));
    for (const commits of log) side.plant(commits);
    const { heads, calls } = await begun(side, jars);
    expect(await heads(start)).toEqual({
      isDense: true,
      progress: { segment: 0, done: true, streams: 3, events: eventsIn(log.flat()) },
    });
    // A look, a step to each of two more and one that finds none; the end is believed behind the head of the last.
    expect(timesOf(calls)).toEqual({ "log.keys": 5, "store.tail": 4, "documents.put": 3 });
    expectBuilt(side, jars, 2);
  });

  test("ends after so many steps, and the next one begins behind its last stream", async () => {
    const side = createReadSide({ pageSize: 500 });
    const log = Array.from({ length: stride + 20 }, (_, at) => jarOf(`s${at}`, denseCommits));
    for (const commits of log) side.plant(commits);
    const { heads } = await begun(side, jars);
    const first = await heads(start);
    // The look meets four streams.
    expect(first?.progress).toMatchObject({ done: false, streams: stride + 4 });
    const second = await heads(first?.progress ?? start);
    const events = eventsIn(log.flat());
    expect(second?.progress).toEqual({ segment: 0, done: true, streams: stride + 20, events });
    expectBuilt(side, jars, 2);
  });

  test("is looked at once where the segment ends with it", async () => {
    const side = createReadSide({ pageSize: 500 });
    side.plant(jarOf("a", 40));
    const { heads, calls } = await begun(side, jars);
    expect((await heads(start))?.progress).toMatchObject({ done: true, streams: 1 });
    expect(calls).toEqual(["log.keys", "store.tail", "documents.put"]);
  });

  test("counts only what is behind the cursor when the pages before were taken commit by commit", async () => {
    const side = createReadSide({ pageSize: 100 });
    const log = jarOf("long", 250);
    side.plant(log);
    const { heads, commits } = await begun(side, jars);
    const first = await commits(start);
    expect(first.progress).toMatchObject({ streams: 1, events: eventsIn(log.slice(0, 100)) });
    const second = await heads(first.progress);
    expect(second?.progress).toMatchObject({ done: true, streams: 1, events: eventsIn(log) });
    expectBuilt(side, jars, 2);
  });

  test("leaves nothing of its last stream to a page that is taken commit by commit", async () => {
    const side = createReadSide({ pageSize: 500 });
    const log = Array.from({ length: stride + 5 }, (_, at) => jarOf(`s${at}`, denseCommits + 1));
    for (const commits of log) side.plant(commits);
    const { heads, commits } = await begun(side, jars);
    const first = await heads(start);
    const second = await commits(first?.progress ?? start);
    const events = eventsIn(log.flat());
    expect(second.progress).toEqual({ segment: 0, done: true, streams: stride + 5, events });
  });

  test("may hold other categories, whose streams are gone past", async () => {
    const side = createReadSide({ pageSize: 500 });
    side.plant(jarOf("a", 60));
    side.plant(foreign("x", 400));
    const { heads, calls } = await begun(side, jars);
    expect((await heads(start))?.progress).toMatchObject({ done: true, streams: 1, events: 90 });
    expect(timesOf(calls)).toMatchObject({ "documents.put": 1 });
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

  test("goes on where a page is empty and yet not the last", async () => {
    const side = createReadSide({ pageSize: 500 });
    const log = ["a", "b", "c"].map((id) => jarOf(id, 100));
    for (const commits of log) side.plant(commits);
    const met = new Set<string>();
    /** Every second answer is empty, and names the place where it was asked. */
    const halting = ({ keys, ...log }: LogWalker): LogWalker => ({
      ...log,
      keys: async (options) => {
        const place = JSON.stringify(options.after);
        if (met.has(place) || !options.after) return keys(options);
        met.add(place);
        return { items: [], next: options.after };
      },
    });
    const { heads } = await begun(side, jars, halting);
    expect((await heads(start))?.progress).toMatchObject({ done: true, streams: 3 });
    expect(met.size).toBe(3);
    expectBuilt(side, jars, 2);
  });
});

describe("a page is left to be taken commit by commit", () => {
  test("when its streams are short", async () => {
    const side = createReadSide({ pageSize: 500 });
    for (const id of ["a", "b", "c"]) side.plant(jarOf(id, denseCommits - 1));
    const { heads, commits, calls } = await begun(side, jars);
    expect(await heads(start)).toBeUndefined();
    expect(calls).toEqual(["log.keys"]);
    expect(await commits(start)).toMatchObject({ isDense: false, progress: { streams: 3 } });
    expectBuilt(side, jars, 2);
  });

  test("when those of other categories are, which would be gone to one by one", async () => {
    const side = createReadSide({ pageSize: 500 });
    side.plant(jarOf("a", denseCommits));
    for (const id of ["x", "y", "z"]) side.plant(foreign(id, 2));
    const { heads, commits } = await begun(side, jars);
    expect(await heads(start)).toBeUndefined();
    expect(await commits(start)).toMatchObject({ isDense: false, progress: { streams: 1 } });
  });

  test("when the store finds nothing behind a key that is not there", async () => {
    const side = createReadSide({ pageSize: 500 });
    for (const id of ["a", "b", "c"]) side.plant(jarOf(id, 100));
    let isHalting = true;
    /** Behind a key that is there, the first answer is empty, and yet not the last. */
    const blind = ({ keys, ...log }: LogWalker): LogWalker => ({
      ...log,
      keys: async (options) => {
        if (options.after?.version === Number.MAX_SAFE_INTEGER) return { items: [] };
        if (!options.after || !isHalting) return keys(options);
        isHalting = false;
        return { items: [], next: options.after };
      },
    });
    const { heads, commits, calls } = await begun(side, jars, blind);
    expect(await heads(start)).toBeUndefined();
    expect(isHalting).toBe(false);
    expect(calls).not.toContain("documents.put");
    expect((await commits(start)).progress).toMatchObject({ done: true, streams: 3 });
    expectBuilt(side, jars, 2);
  });

  test("when the view is no document", async () => {
    const side = createReadSide({ pageSize: 500 });
    side.plant(jarOf("a", 200));
    const { heads, commits, calls } = await begun(side, diary);
    expect(await heads(start)).toBeUndefined();
    expect(calls).toEqual([]);
    expect((await commits(start)).progress).toMatchObject({ done: true, events: 300 });
    expectBuilt(side, diary, 2);
  });
});
