import type { Commit } from "../lib/core/log/commit.ts";
import type { Usage } from "../lib/core/meter.ts";
import { project } from "../lib/core/view/project.ts";
import type { View } from "../lib/core/view/view.ts";
import { accountHistory, likeHistory } from "./histories.ts";
import { type BenchReadSide, usedBy } from "./read-side.ts";

/** Notifications in the batches that are measured; the mapping hands over up to ten times as many. */
export const batchSize = 100;

/** A batch of notifications, and the commits that came before it. */
export interface Batch {
  readonly before: readonly Commit[];
  readonly commits: readonly Commit[];
}

type HistoryOf = (name: string, length: number) => readonly Commit[];

const batchOf = (eventsPerStream: number, size: number, historyOf: HistoryOf): Batch => {
  const streams = Array.from({ length: size / eventsPerStream }, (_, at) => String(at));
  const histories = streams.map((name) => historyOf(name, 1 + eventsPerStream));
  return {
    before: histories.flatMap((history) => history.slice(0, 1)),
    commits: histories.flatMap((history) => history.slice(1)),
  };
};

/** Deposits to accounts that were opened before, each of its own owner; `run` tells batches apart. */
export const depositBatch = (run: string, eventsPerStream: number, size = batchSize): Batch =>
  batchOf(eventsPerStream, size, (name, length) =>
    accountHistory(`${run}-${name}`, `owner-${run}-${name}`, length),
  );

/** Many users who change their minds about one post. */
export const likeBatch = (run: string, eventsPerStream: number): Batch =>
  batchOf(eventsPerStream, batchSize, (name, length) =>
    likeHistory(`post-${run}`, `user-${name}`, length),
  );

const apply = async (
  { ports }: BenchReadSide,
  views: readonly View[],
  commits: readonly Commit[],
): Promise<void> => {
  const [failure] = await project({ ...ports, views }, commits);
  if (failure) throw new Error(`${failure.view} could not take in ${failure.stream}.`, failure);
};

/** What one event of a batch uses in these views once the rows of its streams are there. */
export const usedPerEvent = async (
  side: BenchReadSide,
  views: readonly View[],
  { before, commits }: Batch,
): Promise<Usage> => {
  await apply(side, views, before);
  const { roundTrips, readUnits, writeUnits } = await usedBy(side, () =>
    apply(side, views, commits),
  );
  const { length } = commits;
  return {
    roundTrips: roundTrips / length,
    readUnits: readUnits / length,
    writeUnits: writeUnits / length,
  };
};
