import type { Domain } from "../domain/domain.ts";
import { type Commit, lastVersion } from "./commit.ts";
import { genesisHash } from "./integrity.ts";
import { itemBytes } from "./item-size.ts";
import { idOf } from "./stream.ts";

/** A stream as far as it is known: its state, and what the next commit is built on. */
export interface Loaded {
  readonly stream: string;
  /** Number of events so far; 0 before the first. */
  readonly version: number;
  readonly state: unknown;
  /** Time of the last commit, "" before the first. */
  readonly time: string;
  /** Hash of the last commit. */
  readonly hash: Uint8Array;
  /** Key of the latest commit that carries a snapshot; 0 when none does. */
  readonly snapshotVersion: number;
  /** Events and bytes of commits since that snapshot. */
  readonly eventsSince: number;
  readonly bytesSince: number;
}

/** A stream before its first commit. */
export const emptyStream = (domain: Domain, stream: string): Loaded => ({
  stream,
  version: 0,
  state: domain.decider.initial,
  time: "",
  hash: genesisHash,
  snapshotVersion: 0,
  eventsSince: 0,
  bytesSince: 0,
});

/** Applies the first `count` events of a commit to a state. */
export const foldCommit = (
  domain: Domain,
  state: unknown,
  commit: Pick<Commit, "stream" | "version" | "events" | "time" | "actor">,
  count = commit.events.length,
): unknown => {
  const { stream, version, time, actor } = commit;
  return commit.events.slice(0, count).reduce<unknown>(
    (before, event, index) =>
      domain.decider.evolve(before, domain.events.read(event), {
        id: idOf(stream),
        version: version + index,
        time,
        actor,
      }),
    state,
  );
};

/** The stream once `commit` has followed; throws when it does not follow, for then commits are missing. */
export const advance = (
  domain: Domain,
  loaded: Loaded,
  commit: Commit,
  fold: () => unknown = () => foldCommit(domain, loaded.state, commit),
): Loaded => {
  if (commit.version !== loaded.version + 1)
    throw new Error(
      `Stream ${loaded.stream}: commit ${commit.version} does not follow version ${loaded.version}.`,
    );
  const carries = commit.snapshot !== undefined;
  return {
    stream: loaded.stream,
    version: lastVersion(commit),
    state: fold(),
    time: commit.time,
    hash: commit.hash,
    snapshotVersion: carries ? commit.version : loaded.snapshotVersion,
    eventsSince: carries ? 0 : loaded.eventsSince + commit.events.length,
    bytesSince: carries ? 0 : loaded.bytesSince + itemBytes(commit),
  };
};

/** The stream right after a commit that carries a snapshot: nothing before it is needed. */
export const fromSnapshot = (domain: Domain, commit: Commit): Loaded | undefined => {
  if (!commit.snapshot) return undefined;
  return {
    stream: commit.stream,
    version: lastVersion(commit),
    state: domain.state.read(commit.snapshot.schema, commit.snapshot.state),
    time: commit.time,
    hash: commit.hash,
    snapshotVersion: commit.version,
    eventsSince: 0,
    bytesSince: 0,
  };
};
