import { inParallel } from "../in-parallel.ts";
import type { Commit } from "../log/commit.ts";
import {
  type CommitKey,
  isDamaged,
  type SegmentProgress,
  type WalkOptions,
  type WalkPage,
} from "../log/segments.ts";
import { categoryOf } from "../log/stream.ts";
import { applyHead } from "../view/apply-head.ts";
import { applyView, groupByStream, streamsAtOnce } from "../view/apply-view.ts";
import { parkAndQueue } from "../view/project.ts";
import type { Build, View } from "../view/view.ts";
import type { RebuildPorts, RebuildRecord } from "./rebuild.ts";

/**
 * Commits on a page, for each stream of the view on it, from which on it is cheaper to load the streams than to carry
 * and parse their commits. A load is two round trips and two read units; so many small commits are eight.
 */
export const denseCommits = 50;

/** A page that was taken in: where its segment stands now, and whether the log is dense there. */
export interface TakenPage {
  readonly progress: SegmentProgress;
  readonly isDense: boolean;
}

const walkOf = ({ segments }: RebuildRecord, { segment, after }: SegmentProgress): WalkOptions => ({
  segment,
  segments,
  ...(after ? { after } : {}),
});

/** What a page holds for a view; the stream that the cursor stands in may be whole already. */
const ownOf = <T extends CommitKey>(
  { domain }: View,
  { after, byHead }: SegmentProgress,
  items: readonly T[],
): readonly T[] =>
  items.filter(
    ({ stream }) =>
      categoryOf(stream) === domain.category && !(byHead === true && stream === after?.stream),
  );

const isDense = ({ items }: WalkPage<CommitKey>, own: readonly CommitKey[]): boolean =>
  items.length >= denseCommits * new Set(own.map(({ stream }) => stream)).size;

const taken = (
  before: SegmentProgress,
  page: WalkPage<CommitKey>,
  own: readonly CommitKey[],
  events: number,
  byHead: boolean,
): TakenPage => {
  const { next } = page;
  const progress = {
    segment: before.segment,
    done: next === undefined,
    ...(next ? { after: next } : {}),
    ...(byHead ? { byHead: true as const } : {}),
    streams: before.streams + own.filter(({ version }) => version === 1).length,
    events: before.events + events,
  };
  return { progress, isDense: isDense(page, own) };
};

/** Takes in one page of the log; what fails is parked, and keeps the build from serving until it is healed. */
export const takeCommits = async (
  ports: RebuildPorts,
  build: Build,
  rebuild: RebuildRecord,
  progress: SegmentProgress,
): Promise<TakenPage> => {
  const { view, generation } = build;
  const page = await ports.log.commits(walkOf(rebuild, progress));
  const own = ownOf(view, progress, page.items);
  const commits = own.filter((item): item is Commit => !isDamaged(item));
  // A damaged stream is tried up to its head, where the damage is met again and noted as the reason of its parking.
  const damaged = own.filter(isDamaged).map(({ stream }) => [stream, []] as const);
  const groups = new Map([...groupByStream(commits), ...damaged]);
  for (const [stream, cause] of await applyView(ports, build, groups))
    await parkAndQueue(ports, { view: view.name, generation, stream, cause });
  const events = commits.reduce((sum, commit) => sum + commit.events.length, 0);
  return taken(progress, page, own, events, false);
};

/**
 * Takes in one page of a dense log by its keys: each stream that is on it is loaded from its newest snapshot and brought
 * to its head, so that the pages which it goes on to have nothing more to say of it. Undefined when the page is not
 * dense, or the view is no document: then nothing was done.
 */
export const takeHeads = async (
  ports: RebuildPorts,
  { view, generation }: Build,
  rebuild: RebuildRecord,
  progress: SegmentProgress,
): Promise<TakenPage | undefined> => {
  if (view.kind !== "document") return undefined;
  const page = await ports.log.keys(walkOf(rebuild, progress));
  const own = ownOf(view, progress, page.items);
  if (!isDense(page, own)) return undefined;
  const first = new Map(own.toReversed().map(({ stream, version }) => [stream, version]));
  const rows = ports.tables.documents(view, generation);
  const failures = new Map<string, unknown>();
  let events = 0;
  await inParallel([...first], streamsAtOnce, async ([stream, version]) => {
    try {
      const head = await applyHead(view, rows, ports.store, stream);
      events += head - (version - 1);
    } catch (cause) {
      failures.set(stream, cause);
    }
  });
  for (const [stream, cause] of failures)
    await parkAndQueue(ports, { view: view.name, generation, stream, cause });
  return taken(progress, page, own, events, true);
};
