import { describe, expect, test } from "vitest";
import { packTally } from "../../../lib/core/view/pack-tally.ts";
import type { ShardAddition } from "../../../lib/core/view/tally-view.ts";
import { createDice } from "../../clock.ts";

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
      additions.reduce((sum, { sums: { coins = 0 } }) => sum + Number(coins), 0);
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

  test("sums exactly what leaves the range of numbers on the way", () => {
    const large = { ...additionTo("a"), sums: { coins: Number.MAX_SAFE_INTEGER } };
    const additions = [large, additionTo("a", 2), additionTo("a", -5)];
    const [only] = packTally([{ stream: "jar-a", version: 1, additions }]);
    expect(only?.additions).toEqual([additionTo("a", Number.MAX_SAFE_INTEGER - 3)]);
  });

  test("notes for each stream which rows of an index it has added to, up to each transaction", () => {
    const indexed = (sort: string) => ({ ...additionTo(sort), index: "in" });
    const row = (sort: string, at: number) => ({ partition: "ann", sort, index: "in", at });
    const wide = sorts(97).map(indexed);
    const all = [
      { stream: "jar-a", version: 4, additions: [indexed("x")] },
      { stream: "jar-b", version: 1, additions: [] },
      { stream: "jar-a", version: 5, additions: wide },
      { stream: "jar-b", version: 2, additions: [indexed("y")] },
    ];
    const marks = new Map([["jar-a", { version: 3, recent: [row("before", 900)] }]]);
    const recent = packTally(all, marks, 1_000).map(({ checkpoints }) =>
      checkpoints.map((each) => [each.stream, each.to, each.recent?.length, each.recent?.at(0)]),
    );
    expect(recent).toEqual([
      [
        ["jar-a", 5, 99, row("before", 900)],
        ["jar-b", 1, undefined, undefined],
      ],
      [["jar-b", 2, 1, row("y", 1_000)]],
    ]);
  });
});
