import type { Commit } from "../log/commit.ts";
import { lastVersion } from "../log/commit.ts";
import type { EventReader } from "../log/event-store.ts";
import { type Clock, pause } from "../retry.ts";
import { pendingEvents } from "./pending-events.ts";
import {
  type ShardAddition,
  type TallyRows,
  type TallyView,
  type TallyWrite,
  tallyAdditions,
  transactionActionsMax,
} from "./tally-view.ts";

/** Rounds in which nothing could be written, because others were writing, before it is given up. */
export const tallyRoundsMax = 8;

/** What one event of a stream adds. */
interface Contribution {
  readonly stream: string;
  readonly version: number;
  readonly additions: readonly ShardAddition[];
}

const rowKey = ({ partition, sort, shard }: ShardAddition): string =>
  JSON.stringify([partition, sort, shard]);

const sum = (left: ShardAddition | undefined, right: ShardAddition): ShardAddition => {
  if (!left) return right;
  const names = new Set([...Object.keys(left.sums), ...Object.keys(right.sums)]);
  const sums = [...names].map((name) => [name, (left.sums[name] ?? 0) + (right.sums[name] ?? 0)]);
  return { ...right, sums: Object.fromEntries(sums) };
};

/** Packs contributions, in their order, into as few transactions as the bound on actions allows. */
export const packTally = (contributions: readonly Contribution[]): readonly TallyWrite[] => {
  const writes: TallyWrite[] = [];
  let rows = new Map<string, ShardAddition>();
  let checkpoints = new Map<string, { stream: string; from: number; to: number }>();
  const close = (): void => {
    if (checkpoints.size > 0)
      writes.push({ additions: [...rows.values()], checkpoints: [...checkpoints.values()] });
    rows = new Map();
    checkpoints = new Map();
  };
  for (const { stream, version, additions } of contributions) {
    const needed = new Set([...rows.keys(), ...additions.map(rowKey)]).size;
    const streams = checkpoints.size + (checkpoints.has(stream) ? 0 : 1);
    if (needed + streams > transactionActionsMax) close();
    if (new Set(additions.map(rowKey)).size >= transactionActionsMax)
      throw new Error(`${stream}@${version} adds to more rows than one transaction may have.`);
    for (const addition of additions)
      rows.set(rowKey(addition), sum(rows.get(rowKey(addition)), addition));
    const from = checkpoints.get(stream)?.from ?? version - 1;
    checkpoints.set(stream, { stream, from, to: version });
  }
  close();
  return writes;
};

type Groups = ReadonlyMap<string, readonly Commit[]>;

/** One attempt to bring many streams into a tally: what is still to be done, and what failed. */
interface Round {
  readonly open: Map<string, readonly Commit[]>;
  readonly failures: Map<string, unknown>;
  written: number;
}

const contributionsOf = async (
  view: TallyView,
  store: EventReader,
  { open, failures }: Round,
  checkpoints: ReadonlyMap<string, number>,
): Promise<readonly Contribution[]> => {
  const contributions: Contribution[] = [];
  for (const [stream, commits] of open)
    try {
      const version = checkpoints.get(stream) ?? 0;
      const events = await pendingEvents(view.domain, store, stream, version, commits);
      if (events.length === 0) open.delete(stream);
      const own = events.map(({ event, at }) => ({
        stream,
        version: at.version,
        additions: tallyAdditions(view, event, at),
      }));
      packTally(own);
      contributions.push(...own);
    } catch (cause) {
      failures.set(stream, cause);
      open.delete(stream);
    }
  return contributions;
};

/** How far the open streams are; when that cannot be read, all of them have failed, and other views go on. */
const readCheckpoints = async (
  rows: TallyRows,
  { open, failures }: Round,
): Promise<ReadonlyMap<string, number>> => {
  try {
    return await rows.checkpoints([...open.keys()]);
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
 * finds its checkpoint moved and adds nothing. Answers what failed, by stream.
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
    const checkpoints = await readCheckpoints(rows, round);
    const contributions = await contributionsOf(view, store, round, checkpoints);
    const packs = alone
      ? [...round.open.keys()].flatMap((stream) =>
          packTally(contributions.filter((each) => each.stream === stream)),
        )
      : packTally(contributions);
    for (const write of packs) if (!(await writeTally(rows, write, round))) alone = true;
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
