import type { Domain } from "../domain/domain.ts";
import { type Commit, lastVersion } from "./commit.ts";
import { type CommitPage, type EventReader, readRange } from "./event-store.ts";
import { advance, emptyStream, fromSnapshot, type Loaded } from "./loaded.ts";

/** Commits that one descending query asks for, to find a snapshot: of small ones this is still half a read unit. */
export const tailCommits = 4;

/** The last snapshot among commits that stand newest first, and what follows it, oldest first. */
const splitAtSnapshot = (
  domain: Domain,
  newestFirst: readonly Commit[],
): { base: Loaded | undefined; rest: readonly Commit[] } => {
  const index = newestFirst.findIndex((commit) => commit.snapshot);
  const carrier = newestFirst[index];
  return {
    base: carrier && fromSnapshot(domain, carrier),
    rest: newestFirst.slice(0, index === -1 ? undefined : index).toReversed(),
  };
};

/** Reads the commits between the latest earlier snapshot and the oldest one at hand. */
const readBack = async (
  domain: Domain,
  store: EventReader,
  oldest: Commit,
  consistent: boolean,
): Promise<Loaded> => {
  let loaded = emptyStream(domain, oldest.stream);
  const from = Math.max(1, oldest.snapshotVersion);
  const range = readRange(store, oldest.stream, { from, to: oldest.version - 1, consistent });
  for await (const commit of range)
    loaded =
      (commit.version === from && fromSnapshot(domain, commit)) || advance(domain, loaded, commit);
  return loaded;
};

/** How a stream is loaded. */
export interface LoadOptions {
  readonly consistent: boolean;
  /** Only what commits with keys up to this version made of it. */
  readonly upTo?: number;
  /** Commits that the first query asks for; one is enough where each carries a snapshot. */
  readonly limit?: number;
}

/**
 * Loads a stream with one query, or two when the last few commits carry no snapshot, whatever the length of its
 * history.
 */
export const load = async (
  domain: Domain,
  store: EventReader,
  stream: string,
  options: LoadOptions,
): Promise<Loaded> => {
  const newestFirst = await store.tail(stream, { limit: tailCommits, ...options });
  const { base, rest } = splitAtSnapshot(domain, newestFirst);
  const [oldest] = rest;
  const isWhole = base !== undefined || oldest === undefined || oldest.version === 1;
  let loaded = base ?? emptyStream(domain, stream);
  if (!isWhole) loaded = await readBack(domain, store, oldest, options.consistent);
  // Half-consistent reads of two queries may leave a gap between them; strong ones cannot.
  if (oldest && loaded.version + 1 !== oldest.version && !options.consistent)
    return load(domain, store, stream, { ...options, consistent: true });
  return rest.reduce((before, commit) => advance(domain, before, commit), loaded);
};

/** Commits to read forward before starting over from the newest snapshot is the cheaper way: of small ones, 4 read units. */
const forwardCommits = 16;

/** A stream at its head, and the first commits that were read on the way. */
export interface CaughtUp {
  readonly loaded: Loaded;
  readonly news: readonly Commit[];
}

/**
 * Brings a stream to its head with strong reads from the known version; one that has gone far ahead is loaded from its
 * newest snapshot instead. `news` holds the commit right after the known version whenever there is one.
 */
export const catchUp = async (
  domain: Domain,
  store: EventReader,
  loaded: Loaded,
): Promise<CaughtUp> => {
  const { commits: news, next }: CommitPage = await store.range(loaded.stream, {
    from: loaded.version + 1,
    limit: forwardCommits,
    consistent: true,
  });
  if (next !== undefined)
    return { loaded: await load(domain, store, loaded.stream, { consistent: true }), news };
  return { loaded: news.reduce((before, commit) => advance(domain, before, commit), loaded), news };
};

/** The commit that holds a version, read strongly; undefined when the stream ends earlier. */
export const commitHolding = async (
  store: EventReader,
  stream: string,
  version: number,
): Promise<Commit | undefined> => {
  const [commit] = await store.tail(stream, { limit: 1, upTo: version, consistent: true });
  return commit && lastVersion(commit) >= version ? commit : undefined;
};
