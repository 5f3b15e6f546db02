import { inParallel } from "../in-parallel.ts";
import type { Commit } from "../log/commit.ts";
import { lastVersion } from "../log/commit.ts";
import type { EventReader } from "../log/event-store.ts";
import { type Clock, pause } from "../retry.ts";
import { type Contribution, packTally } from "./pack-tally.ts";
import { pendingEvents } from "./pending-events.ts";
import {
  type TallyMark,
  type TallyRows,
  type TallyView,
  type TallyWrite,
  tallyAdditions,
} from "./tally-view.ts";

/** Rounds in which nothing could be written, because others were writing, before it is given up. */
export const tallyRoundsMax = 8;

/** Checkpoints that are moved by themselves at the same time. */
const movesAtOnce = 16;

type Groups = ReadonlyMap<string, readonly Commit[]>;

/** One attempt to bring many streams into a tally: what is still to be done, and what failed. */
interface Round {
  readonly open: Map<string, readonly Commit[]>;
  readonly failures: Map<string, unknown>;
  written: number;
}

const addsNothing = (own: readonly Contribution[]): boolean =>
  own.every(({ additions }) => additions.length === 0);

/** What the open streams add from here on, stream by stream. */
const contributionsOf = async (
  view: TallyView,
  store: EventReader,
  { open, failures }: Round,
  marks: ReadonlyMap<string, TallyMark>,
): Promise<readonly (readonly Contribution[])[]> => {
  const contributions: (readonly Contribution[])[] = [];
  for (const [stream, commits] of open)
    try {
      const version = marks.get(stream)?.version ?? 0;
      const events = await pendingEvents(view.domain, store, stream, version, commits);
      if (events.length === 0) open.delete(stream);
      const own = events.map(({ event, at }) => ({
        stream,
        version: at.version,
        additions: tallyAdditions(view, event, at),
      }));
      packTally(own);
      contributions.push(own);
    } catch (cause) {
      failures.set(stream, cause);
      open.delete(stream);
    }
  return contributions;
};

/** How far the open streams are; when that cannot be read, all of them have failed, and other views go on. */
const readMarks = async (
  rows: TallyRows,
  { open, failures }: Round,
): Promise<ReadonlyMap<string, TallyMark>> => {
  try {
    return await rows.marks([...open.keys()]);
  } catch (cause) {
    for (const stream of open.keys()) failures.set(stream, cause);
    open.clear();
    return new Map();
  }
};

/** Writes one transaction; when it is refused as a whole, each stream is tried alone in the next round. */
const writeTally = async (rows: TallyRows, write: TallyWrite, round: Round): Promise<boolean> => {
  try {
    if ((await rows.add(write)) !== "written") return true;
  } catch (cause) {
    const [only, ...others] = write.checkpoints;
    if (!only || others.length > 0) return false;
    round.failures.set(only.stream, cause);
    round.open.delete(only.stream);
    return true;
  }
  for (const { stream, to } of write.checkpoints) {
    const last = round.open.get(stream)?.at(-1);
    if (last && to >= lastVersion(last)) round.open.delete(stream);
  }
  round.written += 1;
  return true;
};

/**
 * Brings a tally up to the given commits of each stream (in the order of their versions), or to the head of the log for
 * a stream without any. Additions and checkpoints go into the same transactions, which many streams share: a repeat
 * finds its checkpoint moved and adds nothing. The checkpoint of a stream that adds nothing moves by itself, at half the
 * price. Answers what failed, by stream.
 */
export const applyTally = async (
  clock: Clock,
  view: TallyView,
  rows: TallyRows,
  store: EventReader,
  groups: Groups,
): Promise<ReadonlyMap<string, unknown>> => {
  const round: Round = { open: new Map(groups), failures: new Map(), written: 0 };
  let alone = false;
  for (let idle = 0; round.open.size > 0 && idle < tallyRoundsMax; ) {
    const written = round.written;
    const marks = await readMarks(rows, round);
    const contributions = await contributionsOf(view, store, round, marks);
    const pack = (own: readonly Contribution[]) => packTally(own, marks, clock.now());
    const adding = contributions.filter((own) => !addsNothing(own));
    const moving = contributions.filter(addsNothing);
    const packs = alone ? adding.flatMap(pack) : pack(adding.flat());
    for (const write of packs) if (!(await writeTally(rows, write, round))) alone = true;
    await inParallel(moving.flatMap(pack), movesAtOnce, async (move) => {
      await writeTally(rows, move, round);
    });
    if (round.written > written || round.open.size === 0) continue;
    idle += 1;
    await pause(clock, idle);
  }
  for (const stream of round.open.keys())
    round.failures.set(
      stream,
      new Error(`Tally ${view.name}: its rows were busy ${tallyRoundsMax} times in a row.`),
    );
  return round.failures;
};
