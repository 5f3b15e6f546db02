import type { Domain } from "../domain/domain.ts";
import { type Commit, lastVersion } from "./commit.ts";
import type { EventReader } from "./event-store.ts";
import { commitHolding, load } from "./load.ts";
import { foldCommit, type Loaded } from "./loaded.ts";

/** A stream at one of its versions. */
export type PastState = Pick<Loaded, "stream" | "version" | "state">;

/**
 * The stream as it was right after `version` events: nearest snapshot plus the rest. Undefined before its first event
 * and after its last.
 */
export const stateAt = async (
  domain: Domain,
  store: EventReader,
  stream: string,
  version: number,
): Promise<PastState | undefined> => {
  const commit = version < 1 ? undefined : await commitHolding(store, stream, version);
  if (!commit) return undefined;
  const isWhole = lastVersion(commit) === version;
  const upTo = isWhole ? version : commit.version - 1;
  const before = await load(domain, store, stream, { consistent: true, upTo });
  if (isWhole) return before;
  const count = version - commit.version + 1;
  return { stream, version, state: foldCommit(domain, before.state, commit, count) };
};

/**
 * Version of a stream at a time (ISO 8601, UTC), 0 before its first event: a binary search, for commit times never go
 * backwards along a stream.
 */
export const versionAt = async (
  store: EventReader,
  stream: string,
  head: number,
  time: string,
): Promise<number> => {
  let [known, end] = [0, head];
  while (known < end) {
    const middle = Math.ceil((known + end) / 2);
    const [commit]: readonly Commit[] = await store.tail(stream, {
      limit: 1,
      upTo: middle,
      consistent: true,
    });
    if (!commit) throw new Error(`${stream} has no commit up to version ${middle}.`);
    if (commit.time <= time) known = Math.min(lastVersion(commit), end);
    else end = commit.version - 1;
  }
  return known;
};
