import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inParallel } from "../lib/core/in-parallel.ts";
import * as bare from "./bare.ts";
import type { Benchmark, Run, Scale } from "./benchmark.ts";
import { commandFindings, type Measurement } from "./command-findings.ts";
import { type Contender, peers, tablesOf, type Writer } from "./contender.ts";
import { depositOf } from "./deposit.ts";
import { startBenchEngine } from "./engine.ts";
import * as everfold from "./everfold.ts";
import { importCommits } from "./import-commits.ts";
import { sumOf, type Used, usageOf } from "./measured.ts";
import { here } from "./surroundings.ts";

/** Streams of one length, and how many commands are measured on each; few, so that the length stays what it is. */
interface Cell {
  readonly history: number;
  readonly streams: number;
  readonly each: number;
}

interface Plan {
  readonly cells: readonly Cell[];
  /** Events of our own long stream. */
  readonly long: number;
  /** Commands on the long stream. */
  readonly longEach: number;
  /** Streams with a few commands each before anything is measured, so that the code of every side is compiled. */
  readonly warmUp: Cell;
}

const plans: Readonly<Record<Scale, Plan>> = {
  full: {
    cells: [
      { history: 10, streams: 240, each: 1 },
      { history: 100, streams: 60, each: 4 },
      { history: 1_000, streams: 12, each: 20 },
    ],
    long: 1_000_000,
    longEach: 240,
    warmUp: { history: 10, streams: 300, each: 6 },
  },
  smoke: {
    cells: [{ history: 10, streams: 3, each: 2 }],
    long: 2_000,
    longEach: 4,
    warmUp: { history: 10, streams: 1, each: 2 },
  },
};

/** A side in the race, and what was measured of it: by the length of the history. */
interface Side {
  readonly contender: Contender;
  readonly writer: Writer;
  readonly used: Map<number, Used[]>;
  readonly ms: Map<number, number[]>;
}

/** What is also measured on the long stream: peers would take hours to grow one. */
const own = [...bare.contenders, everfold.cold, everfold.warm];

const push = <T>(map: Map<number, T[]>, key: number, value: T): void => {
  map.set(key, [...(map.get(key) ?? []), value]);
};

const command = async (side: Side, id: string, n: number, history?: number): Promise<void> => {
  const { writer, contender } = side;
  const began = performance.now();
  const { used, result } = await usageOf(writer.tally, () => writer.deposit(id, depositOf(n)));
  const ms = performance.now() - began;
  if (result !== "accepted")
    throw new Error(`${contender.name} met another writer on ${id}, where there is none.`);
  if (history === undefined) return;
  push(side.used, history, used);
  push(side.ms, history, ms);
};

/** One command of each side, a different side first each time, so that whatever else runs here hits all of them. */
const oneEach = async (
  sides: readonly Side[],
  idOf: (side: Side) => string,
  turn: number,
  history?: number,
): Promise<void> => {
  const first = turn % sides.length;
  for (const side of [...sides.slice(first), ...sides.slice(0, first)])
    await command(side, idOf(side), turn, history);
};

const streamId = (side: Side, cell: Cell, stream: number): string => {
  const { name, memory } = side.contender;
  const { history, streams, each } = cell;
  return [name.replaceAll(/\W+/g, "-"), memory, history, streams, each, stream].join("-");
};

/** Lengths around the one that is asked for: where a side keeps events in batches, batches of all fillings are met. */
const lengthOf = ({ history, streams }: Cell, stream: number): number =>
  history < 100 ? history : Math.round(history * (0.9 + (0.2 * stream) / Math.max(1, streams - 1)));

/** Grows streams and sends commands to them; measures those after the first, if a length is given to book them under. */
const playCell = async (
  sides: readonly Side[],
  cell: Cell,
  history: number | undefined,
  progress: (done: number) => void,
): Promise<void> => {
  const { streams, each } = cell;
  const numbers = Array.from({ length: streams }, (_, stream) => stream);
  let grown = 0;
  for (const side of sides) {
    await inParallel(numbers, 8, (stream) =>
      side.writer.grow(streamId(side, cell, stream), lengthOf(cell, stream) - 1),
    );
    grown += 1;
    progress((0.5 * grown) / sides.length);
  }
  for (const stream of numbers) {
    const idOf = (side: Side) => streamId(side, cell, stream);
    await oneEach(sides, idOf, stream);
    for (let turn = 0; turn < each; turn++)
      await oneEach(sides, idOf, stream * each + turn, history);
    progress(0.5 + (0.5 * (stream + 1)) / streams);
  }
};

const longId = "long";

/** Our own sides and the bare ones; one memory after the other, for two of ours would be in each other's way. */
const measureLong = async (sides: readonly Side[], plan: Plan): Promise<void> => {
  const idOf = () => longId;
  for (const memory of ["cold", "warm"] as const) {
    const some = sides.filter(({ contender }) => contender.memory === memory);
    // The stream ends in commits of 100 events, as imports do; small ones follow, as commands make them.
    for (let turn = 0; turn < 4; turn++) await oneEach(some, idOf, turn);
    for (let turn = 0; turn < plan.longEach; turn++) await oneEach(some, idOf, turn, plan.long);
  }
};

const measurements = (sides: readonly Side[]): readonly Measurement[] =>
  sides.flatMap(({ contender, used, ms }) =>
    [...used].map(([history, all]) => ({
      contender,
      history,
      commands: all.length,
      used: sumOf(all),
      ms: ms.get(history) ?? [],
    })),
  );

const measure = async (
  plan: Plan,
  contenders: readonly Contender[],
  progress: Run["progress"],
): Promise<readonly Measurement[]> => {
  const sides = contenders.map(
    (contender): Side => ({
      contender,
      writer: contender.start(here),
      used: new Map(),
      ms: new Map(),
    }),
  );
  try {
    await playCell(sides, plan.warmUp, undefined, (done) =>
      progress("warming up", 0.2 + 0.1 * done),
    );
    for (const [index, cell] of plan.cells.entries())
      await playCell(sides, cell, cell.history, (done) =>
        progress(
          `a history of ${cell.history.toLocaleString("en-US")} events`,
          0.3 + (0.6 * (index + done)) / plan.cells.length,
        ),
      );
    progress(`a history of ${plan.long.toLocaleString("en-US")} events`, 0.9);
    await measureLong(
      sides.filter(({ contender }) => own.includes(contender)),
      plan,
    );
    return measurements(sides);
  } finally {
    for (const { writer } of sides) writer.close();
  }
};

/** What one command costs: load, decide, append one event. */
export const commands: Benchmark = {
  name: "commands",
  question: "What does one command cost, however long the history?",
  run: async ({ scale, progress }) => {
    const plan = plans[scale];
    const contenders = [...own, ...(await peers())];
    const home = await mkdtemp(join(tmpdir(), "everfold-bench-"));
    try {
      progress(`making a stream of ${plan.long.toLocaleString("en-US")} events`, 0);
      const imported = await importCommits(home, everfold.commitsOf(longId, plan.long, 100));
      const engine = await startBenchEngine(tablesOf(contenders), imported);
      try {
        return commandFindings(await measure(plan, contenders, progress));
      } finally {
        await engine.stop();
      }
    } finally {
      await rm(home, { recursive: true, force: true });
    }
  },
};
