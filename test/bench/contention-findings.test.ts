import { expect, test } from "vitest";
import type { Contender } from "../../bench/contender.ts";
import { type Contest, contentionFindings } from "../../bench/contention-findings.ts";

const contender = (name: string): Contender => ({
  name,
  memory: "warm",
  tables: [],
  start: () => {
    throw new Error("Nothing is measured here.");
  },
});

/** One round of a second with 16 writers. */
const round = (
  name: string,
  accepted: number,
  crowded: number,
  writeUnits: number,
  late = 0,
): Contest => ({
  contender: contender(name),
  writers: 16,
  ms: 1_000,
  inTime: accepted - late,
  accepted,
  crowded,
  used: { roundTrips: 0, readUnits: 0, writeUnits, writes: writeUnits },
});

const areMet = (all: readonly Contest[]) =>
  contentionFindings(all).targets.map(({ isMet }) => isMet);

test("rounds are put together: what was late counts as accepted, not as done within a second", () => {
  const rounds = [round("everfold", 100, 0, 150, 10), round("everfold", 60, 40, 150)];
  const [table] = contentionFindings(rounds).tables;
  expect(table?.rows).toEqual([["16", "everfold", "75", "80 %", "1.88", "0", "1.88", "$1.17"]]);
});

test("two write units for each accepted command are enough, and more are too many", () => {
  expect(areMet([round("everfold", 100, 0, 200)])).toEqual([true]);
  expect(areMet([round("everfold", 100, 0, 201)])).toEqual([false]);
});

test("one peer with more accepted commands in a second is a target missed", () => {
  const ours = round("everfold", 100, 0, 100);
  expect(areMet([ours, round("Castore", 99, 0, 99)])).toEqual([true, true]);
  expect(areMet([ours, round("Castore", 99, 0, 99), round("equinox-js", 101, 0, 9)])).toEqual([
    true,
    false,
  ]);
});
