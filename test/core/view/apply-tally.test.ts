import { beforeEach, describe, expect, test } from "vitest";
import type { Commit } from "../../../lib/core/log/commit.ts";
import { applyTally, tallyRoundsMax } from "../../../lib/core/view/apply-tally.ts";
import { groupByStream, type StreamCommits } from "../../../lib/core/view/apply-view.ts";
import type { TallyRows, TallyView } from "../../../lib/core/view/tally-view.ts";
import { createClock, createDice, type FakeClock } from "../../clock.ts";
import { Event } from "../../jar.ts";
import { createJarLog, type JarLog } from "../../jar-log.ts";
import { createMemoryViews, type MemoryViews, type ProcessOptions } from "../../memory-views.ts";
import { purses, ranking, unbearable } from "../../sample-views.ts";

describe("a tally", () => {
  let log: JarLog;
  let memory: MemoryViews;
  let clock: FakeClock;
  beforeEach(() => {
    log = createJarLog();
    memory = createMemoryViews();
    clock = createClock();
  });
  const apply = (groups: StreamCommits, options?: ProcessOptions, view: TallyView = purses) => {
    const rows: TallyRows = memory.process(options).tables.tally(view, 1);
    return applyTally({ ...clock, random: createDice() }, view, rows, log.store, groups);
  };
  const applyAll = (commits: readonly Commit[], options?: ProcessOptions) =>
    apply(groupByStream(commits), options);
  const head = (...ids: readonly string[]): StreamCommits =>
    new Map(ids.map((id) => [`jar-${id}`, []]));
  const counted = () => memory.tally(purses).map(({ sums }) => sums);
  const writes = () => memory.calls.get("tally.add") ?? 0;
  const reads = () => log.store.calls.filter(({ call }) => call !== "append");

  test("takes in many streams with one transaction", async () => {
    for (let jar = 0; jar < 40; jar++) await log.fill(String(jar), 3);
    expect(await applyAll(log.commits)).toEqual(new Map());
    expect(counted()).toEqual([{ coins: 120, count: 120 }]);
    expect(writes()).toBe(1);
    expect(memory.calls.get("tally.marks")).toBe(1);
    expect(reads()).toEqual([]);
  });

  test("takes in a hot stream with one transaction", async () => {
    const commits = await log.fill("hot", 100);
    await applyAll(commits);
    expect(counted()).toEqual([{ coins: 100, count: 100 }]);
    expect(writes()).toBe(1);
  });

  test("adds nothing when it is told again, in any order", async () => {
    const commits = await log.fill("a", 6);
    await applyAll(commits.slice(2, 4));
    await applyAll(commits.slice(0, 2));
    await applyAll(commits);
    await applyAll(commits);
    expect(counted()).toEqual([{ coins: 6, count: 6 }]);
  });

  test("fills in what it was not told, and goes to the head when it is told nothing", async () => {
    const commits = await log.fill("a", 6);
    await log.fill("b", 230);
    await applyAll(commits.slice(4, 5));
    expect(counted()).toEqual([{ coins: 6, count: 6 }]);
    await apply(head("a", "b", "unknown"));
    expect(counted()).toEqual([{ coins: 236, count: 236 }]);
    expect(memory.checkpoints(purses).get("jar-b")).toBe(230);
    expect(memory.checkpoints(purses).has("jar-unknown")).toBe(false);
  });

  /** Four events of one commit that need as many transactions. */
  const wide: TallyView = {
    ...purses,
    shards: 1,
    additions: (_, { version }) =>
      Array.from({ length: 60 }, (_row, place) => {
        const sort = `row-${version * 60 + place}`;
        return { partition: "ann", sort, labels: {}, sums: { coins: 1 } };
      }),
  };
  const expectWide = (): void => {
    expect(memory.checkpoints(wide).get("jar-a")).toBe(4);
    expect(memory.tally(wide)).toHaveLength(240);
    expect(memory.tally(wide).every(({ sums }) => sums.coins === 1)).toBe(true);
  };

  test("tries again when the second of several transactions meets others", async () => {
    const commits = await log.fill("a", 1, 4);
    let calls = 0;
    const isBusy = () => ++calls === 2;
    expect(await apply(groupByStream(commits), { isBusy }, wide)).toEqual(new Map());
    expectWide();
  });

  test("goes on inside a commit whose events needed several transactions", async () => {
    const commits = await log.fill("a", 1, 4);
    const crash = {
      hook: (name: string, when: string) => {
        if (name === "tally.add" && when === "before" && writes() === 2) throw new Error("crash");
      },
    };
    expect(await apply(groupByStream(commits), crash, wide)).toHaveProperty("size", 1);
    expect(memory.checkpoints(wide).get("jar-a")).toBe(2);
    expect(await apply(head("a"), {}, wide)).toEqual(new Map());
    expectWide();
  });

  test.each(["before", "after"] as const)(
    "adds once when the answer is lost %s it was written",
    async (moment) => {
      await log.fill("a", 3);
      await log.fill("b", 2);
      let lost = 0;
      const hook = (name: string, when: string) => {
        if (name === "tally.add" && when === moment && ++lost <= 1) throw new Error("lost");
      };
      expect(await applyAll(log.commits, { hook })).toEqual(new Map());
      expect(counted()).toEqual([{ coins: 5, count: 5 }]);
    },
  );

  test("moves checkpoints of streams that add nothing one by one, and what adds together", async () => {
    const shapes: string[] = [];
    const spy = (rows: TallyRows): TallyRows => ({
      ...rows,
      add: async (write) => {
        shapes.push(`${write.checkpoints.length} streams, ${write.additions.length} rows`);
        return rows.add(write);
      },
    });
    for (const id of ["a", "b", "c", "d"]) await log.fill(id, 1);
    const made = log.commits.length;
    await log.add("a", [Event.Shaken({ noise: "x" })]);
    await log.add("b", [Event.CoinsPut({ coins: 1 })]);
    await log.add("c", [Event.Shaken({ noise: "x" })]);
    await log.add("c", [Event.CoinsPut({ coins: 1 }), Event.Shaken({ noise: "x" })]);
    await log.add("d", [Event.Shaken({ noise: "x" }), Event.Shaken({ noise: "x" })]);
    const rows = spy(memory.process().tables.tally(ranking, 1));
    const ports = { ...clock, random: createDice() };
    for (const commits of [log.commits.slice(0, made), log.commits.slice(made)])
      await applyTally(ports, ranking, rows, log.store, groupByStream(commits));
    expect(shapes).toEqual([
      "4 streams, 1 rows",
      "2 streams, 1 rows",
      "1 streams, 0 rows",
      "1 streams, 0 rows",
    ]);
    const heads = ["a", "b", "c", "d"].map((id) => memory.checkpoints(ranking).get(`jar-${id}`));
    expect(heads).toEqual([2, 2, 4, 3]);
    expect(memory.tally(ranking).map(({ sums }) => sums)).toEqual([{ coins: 6 }]);
  });

  test("parks a stream whose checkpoint cannot be moved, and moves the others", async () => {
    for (const id of ["a", "b", "c"]) await log.fill(id, 1);
    await apply(groupByStream(log.commits), {}, ranking);
    const news = [];
    for (const id of ["a", "b", "c"]) news.push(await log.add(id, [Event.Shaken({ noise: "x" })]));
    const { tables } = memory.process();
    const plain = tables.tally(ranking, 1);
    const rows: TallyRows = {
      ...plain,
      add: async (write) => {
        if (write.checkpoints.some(({ stream }) => stream === "jar-b")) throw new Error("No.");
        return plain.add(write);
      },
    };
    const ports = { ...clock, random: createDice() };
    const failures = await applyTally(ports, ranking, rows, log.store, groupByStream(news));
    expect(failures).toEqual(new Map([["jar-b", new Error("No.")]]));
    const reached = await plain.checkpoints(["jar-a", "jar-b", "jar-c"]);
    expect([...reached.values()].sort()).toEqual([1, 2, 2]);
  });

  test("remembers for a minute which rows of an index a stream has added to", async () => {
    const { tables } = memory.process();
    const recent = async () =>
      (await tables.tally(ranking, 1).marks(["jar-a"])).get("jar-a")?.recent ?? [];
    const start = clock.now();
    const row = (sort: string, at: number) => ({ partition: "ann", sort, index: sort, at });
    await apply(groupByStream(await log.fill("a", 1)), {}, ranking);
    expect(await recent()).toEqual([row("in", start)]);
    clock.advance(40_000);
    const taken = await log.add("a", [Event.CoinsTaken({ coins: 1 })]);
    await apply(groupByStream([taken]), {}, ranking);
    expect(await recent()).toEqual([row("in", start), row("out", start + 40_000)]);
    clock.advance(40_000);
    const shaken = await log.add("a", [Event.Shaken({ noise: "x" })]);
    await apply(groupByStream([shaken]), {}, ranking);
    expect(await recent()).toEqual([row("out", start + 40_000)]);
  });

  test("isolates a stream that it cannot bear", async () => {
    await log.fill("good", 3);
    await log.fill("bad", 1);
    await log.add("bad", [Event.Shaken({ noise: unbearable })]);
    await log.fill("fine", 2);
    const failures = await applyAll(log.commits);
    expect([...failures.keys()]).toEqual(["jar-bad"]);
    expect(failures.get("jar-bad")).toHaveProperty("message", "This cannot be borne.");
    expect(counted()).toEqual([{ coins: 5, count: 5 }]);
    expect(writes()).toBe(1);
  });

  test("isolates a stream that its table cannot bear", async () => {
    for (const id of ["a", "bad", "c"]) await log.fill(id, 2);
    const { tables } = memory.process();
    const plain = tables.tally(purses, 1);
    const rows: TallyRows = {
      ...plain,
      add: async (write) => {
        if (write.checkpoints.some(({ stream }) => stream === "jar-bad")) throw new Error("No.");
        return plain.add(write);
      },
    };
    const ports = { ...clock, random: createDice() };
    const groups = groupByStream(log.commits);
    const failures = await applyTally(ports, purses, rows, log.store, groups);
    expect(failures).toEqual(new Map([["jar-bad", new Error("No.")]]));
    expect(counted()).toEqual([{ coins: 4, count: 4 }]);
  });

  test("tries again when others are writing, a little later each time", async () => {
    await log.fill("a", 2);
    let busy = 3;
    expect(await applyAll(log.commits, { isBusy: () => busy-- > 0 })).toEqual(new Map());
    expect(counted()).toEqual([{ coins: 2, count: 2 }]);
    expect(clock.slept).toHaveLength(3);
    expect(clock.slept.toSorted((left, right) => left - right)).toEqual(clock.slept);
  });

  test("gives up when others never stop writing", async () => {
    await log.fill("a", 2);
    await log.fill("b", 2);
    const failures = await applyAll(log.commits, { isBusy: () => true });
    expect([...failures.keys()]).toEqual(["jar-a", "jar-b"]);
    expect(failures.get("jar-a")).toHaveProperty("message", expect.stringContaining("busy"));
    expect(clock.slept).toHaveLength(tallyRoundsMax);
    expect(counted()).toEqual([]);
  });

  test("reads how far it is again when somebody else was faster", async () => {
    await log.fill("a", 3);
    await log.fill("b", 3);
    let rivals = 1;
    const hook = async (name: string, when: string) => {
      if (name === "tally.add" && when === "before" && rivals-- > 0)
        await applyAll(log.commits.slice(0, 2));
    };
    expect(await applyAll(log.commits, { hook })).toEqual(new Map());
    expect(counted()).toEqual([{ coins: 6, count: 6 }]);
  });

  test("fails for every stream when it cannot tell how far it is", async () => {
    await log.fill("a", 1);
    await log.fill("b", 1);
    const hook = (name: string) => {
      if (name === "tally.marks") throw new Error("No table.");
    };
    const failures = await applyAll(log.commits, { hook });
    expect(failures).toEqual(
      new Map([
        ["jar-a", new Error("No table.")],
        ["jar-b", new Error("No table.")],
      ]),
    );
  });
});
