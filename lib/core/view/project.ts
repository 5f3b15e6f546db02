import { inParallel } from "../in-parallel.ts";
import type { Commit } from "../log/commit.ts";
import { categoryOf } from "../log/stream.ts";
import type { WorkQueue } from "../upkeep/work-queue.ts";
import { type ApplyPorts, applyView, groupByStream, type StreamCommits } from "./apply-view.ts";
import { underDefinition, unknownDefinition, type View } from "./view.ts";
import {
  type BuildRecord,
  fedBuilds,
  isRetired,
  type ParkedPair,
  type Parking,
  parkedCount,
  type ViewCatalogue,
  type ViewRecord,
} from "./view-control.ts";

/** What projecting needs of the world. */
export interface ProjectPorts extends ApplyPorts {
  readonly views: readonly View[];
  readonly catalogue: ViewCatalogue;
  readonly parking: Parking;
  readonly queue: WorkQueue;
}

/** A stream that a build of a view could not take in; it waits for the catch-up. */
export interface ProjectFailure {
  readonly view: string;
  readonly generation: number;
  readonly stream: string;
  readonly cause: unknown;
}

/** A failure in a few words, as it is noted of what is parked. */
export const reasonOf = (cause: unknown): string =>
  (cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause)).slice(0, 500);

/** The records of all views, read strongly; a view that was never recorded is recorded first. */
export const viewRecords = async (
  catalogue: ViewCatalogue,
  views: readonly View[],
): Promise<ReadonlyMap<string, ViewRecord>> => {
  const byName = async () =>
    new Map((await catalogue.list()).map((record) => [record.view, record]));
  const records = await byName();
  const missing = views.filter(({ name }) => !records.has(name));
  if (missing.length === 0) return records;
  for (const { name, definition } of missing) await catalogue.create(name, definition);
  return byName();
};

/** Parks a pair and queues it, so that nothing is lost if the process dies in between. */
export const parkAndQueue = async (
  { parking, queue }: Pick<ProjectPorts, "parking" | "queue">,
  { view, generation, stream, cause }: ProjectFailure,
): Promise<void> => {
  const pair = { view, generation, stream };
  const reason = reasonOf(cause);
  await parking.park(pair, { reason, queued: false, dead: false });
  await queue.send([{ kind: "catch-up", ...pair }]);
  // The catch-up may have been faster, and the parking over: then there is nothing to note.
  await parking.note(pair, { reason, queued: true, dead: false });
};

/** Leaves out what is parked; a pair whose message may never have been sent is queued again. */
const withoutParked = async (
  ports: ProjectPorts,
  record: ViewRecord,
  generation: number,
  groups: StreamCommits,
): Promise<StreamCommits> => {
  if (parkedCount(record, generation) === 0) return groups;
  const parked = await ports.parking.among(record.view, generation, [...groups.keys()]);
  for (const { reason, ...pair } of parked.filter(
    ({ queued, dead }: ParkedPair) => !queued && !dead,
  ))
    await parkAndQueue(ports, { ...pair, cause: reason });
  const skipped = new Set(parked.map(({ stream }) => stream));
  return new Map([...groups].filter(([stream]) => !skipped.has(stream)));
};

/** Feeds one build under its own definition; streams wait for code that has it. A retired build need not wait. */
const applyBuild = async (
  ports: ProjectPorts,
  view: View,
  record: ViewRecord,
  { generation, definition }: BuildRecord,
  groups: StreamCommits,
): Promise<readonly ProjectFailure[]> => {
  const defined = underDefinition(view, definition);
  if (!defined && isRetired(record, generation)) return [];
  const open = await withoutParked(ports, record, generation, groups);
  const failed = defined
    ? await applyView(ports, { view: defined, generation }, open)
    : new Map([...open.keys()].map((stream) => [stream, unknownDefinition(view, definition)]));
  const failures = [...failed].map(([stream, cause]) => {
    return { view: view.name, generation, stream, cause };
  });
  for (const failure of failures) await parkAndQueue(ports, failure);
  return failures;
};

/**
 * Applies a batch of notifications to every view that follows their streams, to the build that serves and to the one
 * that is being filled. Streams whose notification is `unreadable` are taken to the head of the log. What fails is parked, queued and answered, and holds up nothing else; throws when not even that
 * can be noted, so that the batch is delivered again.
 */
export const project = async (
  ports: ProjectPorts,
  commits: readonly Commit[],
  unreadable: readonly string[] = [],
): Promise<readonly ProjectFailure[]> => {
  const toHead = unreadable.map((stream) => [stream, []] as const);
  const groups: StreamCommits = new Map([...groupByStream(commits), ...toHead]);
  const records = await viewRecords(ports.catalogue, ports.views);
  const failures: ProjectFailure[] = [];
  await inParallel(ports.views, ports.views.length, async (view) => {
    const { category } = view.domain;
    const own = new Map([...groups].filter(([stream]) => categoryOf(stream) === category));
    const record = records.get(view.name);
    if (own.size === 0) return;
    if (!record) throw new Error(`View ${view.name} has no record.`);
    for (const build of fedBuilds(record, ports.now()))
      failures.push(...(await applyBuild(ports, view, record, build, own)));
  });
  return failures;
};
