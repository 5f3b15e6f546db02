import { beforeEach, describe, expect, test } from "vitest";
import type { Commit } from "../../../lib/core/log/commit.ts";
import { applyTally, packTally, tallyRoundsMax } from "../../../lib/core/view/apply-tally.ts";
import { groupByStream, type StreamCommits } from "../../../lib/core/view/apply-view.ts";
import type { ShardAddition, TallyRows, TallyView } from "../../../lib/core/view/tally-view.ts";
import { createClock, createDice, type FakeClock } from "../../clock.ts";
import { Event } from "../../jar.ts";
import { createJarLog, type JarLog } from "../../jar-log.ts";
import { createMemoryViews, type MemoryViews, type ProcessOptions } from "../../memory-views.ts";
import { purses, unbearable } from "../../sample-views.ts";

const additionTo = (sort: string, coins = 1): ShardAddition => ({
  partition: "ann",
  sort,
  labels: {},
  sums: { coins },
  shard: 0,
});
/** Contributions of one stream, each of one event that adds to these rows. */
const contributions = (stream: string, ...rows: readonly (readonly string[])[]) =>
  rows.map((sorts, index) => ({
    stream,
    version: index + 1,
    additions: sorts.map((sort) => additionTo(sort)),
  }));
const sorts = (count: number, first = 0) =>
  Array.from({ length: count }, (_, place) => `row-${first + place}`);

describe("packing additions into transactions", () => {
  test("puts many streams that add to one row into one transaction", () => {
    const all = Array.from({ length: 60 }, (_, place) =>
      contributions(`jar-${place}`, ["a"], ["a"]),
    );
    const [only, ...others] = packTally(all.flat());
    expect(others).toEqual([]);
    expect(only?.additions).toEqual([additionTo("a", 120)]);
    expect(only?.checkpoints).toHaveLength(60);
    expect(only?.checkpoints[7]).toEqual({ stream: "jar-7", from: 0, to: 2 });
  });

  test("sums what goes to the same row under any name", () => {
    const two = { ...additionTo("a"), sums: { coins: -3, count: 1 } };
    const [only] = packTally([
      { stream: "jar-a", version: 5, additions: [additionTo("a"), two] },
      { stream: "jar-a", version: 6, additions: [{ ...two, shard: 1 }] },
    ]);
    expect(only?.additions).toEqual([
      { ...additionTo("a"), sums: { coins: -2, count: 1 } },
      { ...two, shard: 1 },
    ]);
    expect(only?.checkpoints).toEqual([{ stream: "jar-a", from: 4, to: 6 }]);
  });

  test("splits more than a hundred actions between events", () => {
    const events = [sorts(60), sorts(39, 60), sorts(1, 99), sorts(99, 200)];
    const writes = packTally(contributions("jar-a", ...events));
    const shape = writes.map(({ additions, checkpoints }) => [additions.length, checkpoints]);
    expect(shape).toEqual([
      [99, [{ stream: "jar-a", from: 0, to: 2 }]],
      [1, [{ stream: "jar-a", from: 2, to: 3 }]],
      [99, [{ stream: "jar-a", from: 3, to: 4 }]],
    ]);
  });

  test("never has more than a hundred actions, and loses none", () => {
    const dice = createDice(7);
    const all = Array.from({ length: 40 }, (_, place) =>
      contributions(
        `jar-${place}`,
        ...Array.from({ length: 5 }, () => sorts(Math.floor(dice() * 30), Math.floor(dice() * 90))),
      ),
    );
    const writes = packTally(all.flat());
    const actions = writes.map((each) => each.additions.length + each.checkpoints.length);
    expect(Math.max(...actions)).toBeLessThanOrEqual(100);
    const total = (additions: readonly ShardAddition[]) =>
      additions.reduce((sum, { sums: { coins = 0 } }) => sum + coins, 0);
    const added = writes.reduce((sum, { additions }) => sum + total(additions), 0);
    expect(added).toBe(all.flat().reduce((sum, { additions }) => sum + total(additions), 0));
    const heads = new Map<string, number>();
    for (const { stream, from, to } of writes.flatMap(({ checkpoints }) => checkpoints)) {
      expect(from).toBe(heads.get(stream) ?? 0);
      heads.set(stream, to);
    }
    expect([...heads.values()]).toEqual(Array.from({ length: 40 }, () => 5));
  });

  test("refuses an event that adds to more rows than a transaction may have", () => {
    expect(() => packTally(contributions("jar-a", sorts(99)))).not.toThrow();
    expect(() => packTally(contributions("jar-a", sorts(100)))).toThrow(
      "jar-a@1 adds to more rows than one transaction may have",
    );
  });

  test("moves checkpoints of events that add nothing, and has nothing to do for no events", () => {
    const checkpoints = [{ stream: "jar-a", from: 0, to: 2 }];
    expect(packTally(contributions("jar-a", [], []))).toEqual([{ additions: [], checkpoints }]);
    expect(packTally([])).toEqual([]);
  });
});

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
    expect(memory.calls.get("tally.checkpoints")).toBe(1);
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
    additions: (_, { version }) => sorts(60, version * 60).map((sort) => additionTo(sort)),
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
      if (name === "tally.checkpoints") throw new Error("No table.");
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
