import { inParallel } from "../in-parallel.ts";
import type { Commit } from "../log/commit.ts";
import type { EventReader } from "../log/event-store.ts";
import type { Clock } from "../retry.ts";
import { applyDocument } from "./apply-document.ts";
import { applyLedger } from "./apply-ledger.ts";
import { applyTally } from "./apply-tally.ts";
import type { Build, ViewTables } from "./view.ts";

/** Streams of one view that are applied at the same time. */
export const streamsAtOnce = 16;

/** What filling a view needs of the world. */
export interface ApplyPorts extends Clock {
  readonly store: EventReader;
  readonly tables: ViewTables;
}

/** Commits by stream, in the order of their versions; no commits mean "up to the head of the log". */
export type StreamCommits = ReadonlyMap<string, readonly Commit[]>;

/** What could not be applied and why, by stream. */
export type Failures = ReadonlyMap<string, unknown>;

const each = async (
  groups: StreamCommits,
  apply: (stream: string, commits: readonly Commit[]) => Promise<void>,
): Promise<Failures> => {
  const failures = new Map<string, unknown>();
  await inParallel([...groups], streamsAtOnce, async ([stream, commits]) => {
    try {
      await apply(stream, commits);
    } catch (cause) {
      failures.set(stream, cause);
    }
  });
  return failures;
};

/**
 * Brings one build of a view up to the given commits or beyond. Repeated, reordered and incomplete commits give the same
 * rows; a stream that fails holds up no other.
 */
export const applyView = (
  ports: ApplyPorts,
  { view, generation }: Build,
  groups: StreamCommits,
): Promise<Failures> => {
  const { store, tables } = ports;
  switch (view.kind) {
    case "document": {
      const rows = tables.documents(view, generation);
      return each(groups, (stream, commits) => applyDocument(view, rows, store, stream, commits));
    }
    case "ledger": {
      const rows = tables.ledger(view, generation);
      return each(groups, (stream, commits) => applyLedger(view, rows, store, stream, commits));
    }
    case "tally":
      return applyTally(ports, view, tables.tally(view, generation), store, groups);
  }
};

/** Groups commits by stream, in the order of their versions, each version once. */
export const groupByStream = (commits: readonly Commit[]): StreamCommits => {
  const groups = new Map<string, Map<number, Commit>>();
  for (const commit of commits) {
    const group = groups.get(commit.stream) ?? new Map<number, Commit>();
    groups.set(commit.stream, group.set(commit.version, commit));
  }
  return new Map(
    [...groups].map(([stream, group]) => [
      stream,
      [...group.values()].sort((left, right) => left.version - right.version),
    ]),
  );
};
