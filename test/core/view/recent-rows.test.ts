import { describe, expect, test } from "vitest";
import { recentBounds, rowKey, withAdded } from "../../../lib/core/view/recent-rows.ts";
import { transactionActionsMax } from "../../../lib/core/view/tally-view.ts";

const { keptMs, rowsMax } = recentBounds;
const addition = (sort: string, index?: string) =>
  index === undefined ? { partition: "ann", sort } : { partition: "ann", sort, index };
const row = (sort: string, at: number) => ({ partition: "ann", sort, index: "in", at });

describe("the rows that a stream has added to of late", () => {
  test("are those that it adds to now, and those before", () => {
    const first = withAdded([], [addition("a", "in"), addition("b", "in")], 1_000);
    expect(first).toEqual([row("a", 1_000), row("b", 1_000)]);
    expect(withAdded(first, [addition("c", "in")], 2_000)).toEqual([...first, row("c", 2_000)]);
  });

  test("stand there once, with the time of the last addition", () => {
    const before = [row("a", 1_000), row("b", 1_000)];
    expect(withAdded(before, [addition("a", "in")], 5_000)).toEqual([
      row("b", 1_000),
      row("a", 5_000),
    ]);
  });

  test("are told apart by both parts of their keys", () => {
    const others = [
      { partition: "a", sort: "b,c", index: "in" },
      { partition: "a,b", sort: "c", index: "in" },
    ];
    expect(withAdded([], others, 1)).toHaveLength(2);
    expect(new Set(others.map(rowKey)).size).toBe(2);
  });

  test("are forgotten once an index must have them, when the stream goes on", () => {
    const before = [row("a", 1_000), row("b", 2_000)];
    expect(withAdded(before, [], 999 + keptMs)).toEqual(before);
    expect(withAdded(before, [], 1_000 + keptMs)).toEqual([row("b", 2_000)]);
    expect(withAdded(before, [], 2_000 + keptMs)).toEqual([]);
  });

  test("are none where there is no index", () => {
    expect(withAdded([], [addition("a")], 1)).toEqual([]);
  });

  test("are bounded: the latest stay, all of one transaction among them", () => {
    const many = Array.from({ length: rowsMax }, (_, at) => addition(`s${at}`, "in"));
    const full = withAdded([row("old", 1)], many, 2);
    expect(full).toHaveLength(rowsMax);
    expect(full.map(({ sort }) => sort)).toEqual(many.map(({ sort }) => sort));
    expect(rowsMax).toBeGreaterThanOrEqual(transactionActionsMax - 1);
  });
});
