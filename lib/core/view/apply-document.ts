import type { Commit } from "../log/commit.ts";
import { lastVersion } from "../log/commit.ts";
import type { EventReader } from "../log/event-store.ts";
import { catchUp } from "../log/load.ts";
import { advance, emptyStream, type Loaded } from "../log/loaded.ts";
import {
  type DocumentRows,
  type DocumentView,
  fromLastSnapshot,
  loadedFrom,
  rowOf,
} from "./document-view.ts";

/** The last commits that follow each other without a gap, of commits in the order of their versions. */
const unbrokenTail = (commits: readonly Commit[]): readonly Commit[] => {
  const start = commits.findLastIndex((commit, index) => {
    const previous = commits[index - 1];
    return previous !== undefined && commit.version !== lastVersion(previous) + 1;
  });
  return commits.slice(Math.max(0, start));
};

const follow = async (
  { domain }: DocumentView,
  store: EventReader,
  loaded: Loaded,
  commits: readonly Commit[],
): Promise<Loaded> => {
  const pending = commits.filter(({ version }) => version > loaded.version);
  if (pending[0]?.version !== loaded.version + 1)
    return (await catchUp(domain, store, loaded)).loaded;
  return pending.reduce((before, commit) => advance(domain, before, commit), loaded);
};

/**
 * Brings the row of one stream up to the given commits (in the order of their versions) or beyond; to the head of the
 * log when there are none. A snapshot among them makes reading the row unnecessary; commits that are missing are read
 * from the log. Repeats change nothing: a row is only ever replaced by a later version of itself.
 */
export const applyDocument = async (
  view: DocumentView,
  rows: DocumentRows,
  store: EventReader,
  stream: string,
  commits: readonly Commit[],
): Promise<void> => {
  const tail = unbrokenTail(commits);
  const snapshot = fromLastSnapshot(view.domain, tail);
  if (snapshot) {
    await rows.put(rowOf(view, snapshot));
    return;
  }
  const row = await rows.get(stream, { consistent: true });
  const known = row ? loadedFrom(view, row) : emptyStream(view.domain, stream);
  const [last] = tail.slice(-1);
  if (last && known.version >= lastVersion(last)) return;
  const loaded = await follow(view, store, known, tail);
  if (loaded.version > known.version) await rows.put(rowOf(view, loaded));
};
