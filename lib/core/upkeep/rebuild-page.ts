import { inParallel } from "../in-parallel.ts";
import type { Commit } from "../log/commit.ts";
import {
  behindStream,
  type CommitKey,
  isDamaged,
  type SegmentProgress,
  type WalkCursor,
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
 * Commits that streams have on average from which on it is cheaper to load each stream than to read, carry and parse its
 * commits. To find and load one is two round trips and three read units; so many small commits are five or more.
 */
export const denseCommits = 32;

/** Keys that are looked at to learn whether the log is dense. */
export const probeKeys = 4 * denseCommits;

/** Streams that are gone to one after the other, past what lies between, before the log is looked at again. */
export const stride = 64;

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

/** What a walk has met for a view. */
const ownOf = <T extends CommitKey>({ domain }: View, items: readonly T[]): readonly T[] =>
  items.filter(({ stream }) => categoryOf(stream) === domain.category);

const isDense = (items: readonly CommitKey[]): boolean =>
  items.length >= denseCommits * new Set(items.map(({ stream }) => stream)).size;

const moved = (
  before: SegmentProgress,
  next: WalkCursor | undefined,
  own: readonly CommitKey[],
  events: number,
): SegmentProgress => ({
  segment: before.segment,
  done: next === undefined,
  ...(next ? { after: next } : {}),
  streams: before.streams + own.filter(({ version }) => version === 1).length,
  events: before.events + events,
});

/** Takes in one page of the log; what fails is parked, and keeps the build from serving until it is healed. */
export const takeCommits = async (
  ports: RebuildPorts,
  build: Build,
  rebuild: RebuildRecord,
  progress: SegmentProgress,
): Promise<TakenPage> => {
  const { view, generation } = build;
  const page = await ports.log.commits(walkOf(rebuild, progress));
  const own = ownOf(view, page.items);
  const commits = own.filter((item): item is Commit => !isDamaged(item));
  // A damaged stream is tried up to its head, where the damage is met again and noted as the reason of its parking.
  const damaged = own.filter(isDamaged).map(({ stream }) => [stream, []] as const);
  const groups = new Map([...groupByStream(commits), ...damaged]);
  for (const [stream, cause] of await applyView(ports, build, groups))
    await parkAndQueue(ports, { view: view.name, generation, stream, cause });
  const events = commits.reduce((sum, commit) => sum + commit.events.length, 0);
  return { progress: moved(progress, page.next, own, events), isDense: isDense(page.items) };
};

/** Where a walk goes on behind the streams that a page has met. */
const behind = ({ items, next }: WalkPage<CommitKey>): WalkCursor | undefined => {
  const last = items.at(-1);
  return next && last ? behindStream(last.stream) : next;
};

/**
 * True when a segment ends with a stream. That is believed only behind a key that is there: behind any other, DynamoDB
 * goes on, but there are engines that find nothing more in a segment.
 */
const endsWith = async (
  { log, store }: Pick<RebuildPorts, "log" | "store">,
  walk: WalkOptions,
  stream: string,
): Promise<boolean> => {
  const [head] = await store.tail(stream, { limit: 1, consistent: true });
  let after: WalkCursor | undefined = head && { stream, version: head.version };
  while (after) {
    const { items, next } = await log.keys({ ...walk, after, limit: 1 });
    if (items.length > 0) return false;
    after = next;
  }
  return head !== undefined;
};

/**
 * The keys that a walk meets which goes from stream to stream, past what lies between; undefined where the log is not
 * dense, or does not let itself be walked so.
 */
const walkStreams = async (
  ports: Pick<RebuildPorts, "log" | "store">,
  walk: WalkOptions,
): Promise<WalkPage<CommitKey> | undefined> => {
  const probe = await ports.log.keys({ ...walk, limit: probeKeys });
  if (!isDense(probe.items)) return undefined;
  if (!probe.next) return probe;
  const items = [...probe.items];
  let next = behind(probe);
  for (let steps = 0; next && steps < stride; steps++) {
    const step = await ports.log.keys({ ...walk, after: next, limit: 1 });
    items.push(...step.items);
    next = behind(step);
  }
  if (next) return { items, next };
  const last = items.at(-1);
  return last && (await endsWith(ports, walk, last.stream)) ? { items } : undefined;
};

/**
 * Takes in a stretch of a dense log by its streams: each is loaded from its newest snapshot and brought to its head, and
 * what it has besides is not read. Undefined when the log is not dense there, or the view is no document: then nothing
 * was done.
 */
export const takeHeads = async (
  ports: RebuildPorts,
  { view, generation }: Build,
  rebuild: RebuildRecord,
  progress: SegmentProgress,
): Promise<TakenPage | undefined> => {
  if (view.kind !== "document") return undefined;
  const met = await walkStreams(ports, walkOf(rebuild, progress));
  if (!met) return undefined;
  const own = ownOf(view, met.items);
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
  return { progress: moved(progress, met.next, own, events), isDense: true };
};
