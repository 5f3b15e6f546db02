import { expect, test } from "vitest";
import { commandFindings, type Measurement } from "../../bench/command-findings.ts";
import type { Contender } from "../../bench/contender.ts";

const contender = (name: string, memory: Contender["memory"]): Contender => ({
  name,
  memory,
  tables: [],
  start: () => {
    throw new Error("Nothing is measured here.");
  },
});

/** Two commands of a side: what each used, and how long they took. */
const measured = (
  name: string,
  memory: Contender["memory"],
  [roundTrips, readUnits, writeUnits]: readonly [number, number, number],
  ms: number,
): Measurement => ({
  contender: contender(name, memory),
  history: 10,
  commands: 2,
  used: {
    roundTrips: 2 * roundTrips,
    readUnits: 2 * readUnits,
    writeUnits: 2 * writeUnits,
    writes: 2,
  },
  ms: [ms, ms],
});

const bare = [
  measured("bare put", "warm", [1, 0, 1], 1),
  measured("bare query and put", "cold", [2, 0.5, 1], 2),
];
const floor = [
  measured("everfold", "warm", [1, 0, 1], 1.5),
  measured("everfold", "cold", [2, 0.5, 1], 3),
];

const areMet = (all: readonly Measurement[]) =>
  commandFindings(all).targets.map(({ isMet }) => isMet);

test("a side's time is told beside the bare one's with the same memory, its price for a million", () => {
  const [table] = commandFindings([...bare, ...floor]).tables;
  expect(table?.rows.at(-1)).toEqual([
    ...["10", "everfold", "cold", "2", "0.5", "1", "3", "1.5", "$0.69"],
  ]);
});

test("targets about units are met at the floor, and missed above it", () => {
  expect(areMet([...bare, ...floor])).toEqual([true, true]);
  const stale = measured("everfold", "warm", [1.1, 0.1, 1], 1);
  const twice = measured("everfold", "cold", [2, 0.5, 1.1], 1);
  expect(areMet([...bare, stale, twice])).toEqual([false, false]);
});

test("each memory races against the peers that have the same, and one faster peer is a target missed", () => {
  const slower = [
    measured("Castore", "cold", [2, 1, 1], 3.1),
    measured("equinox-js, cache", "warm", [1, 0, 2], 1.6),
  ];
  expect(areMet([...bare, ...floor, ...slower])).toEqual([true, true, true, true]);
  const faster = measured("equinox-js", "cold", [2, 0.5, 2], 2.9);
  expect(areMet([...bare, ...floor, ...slower, faster])).toEqual([true, true, false, true]);
});
