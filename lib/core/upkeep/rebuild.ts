import { Refusal } from "../errors.ts";
import type { Commit } from "../log/commit.ts";
import {
  isDamaged,
  type LogWalker,
  type Saved,
  type SaveOptions,
  type SegmentProgress,
  segmentsDefault,
  untouched,
} from "../log/segments.ts";
import { categoryOf } from "../log/stream.ts";
import { type ApplyPorts, applyView, groupByStream } from "../view/apply-view.ts";
import { parkAndQueue } from "../view/project.ts";
import { type Build, underDefinition, type View } from "../view/view.ts";
import type { BuildRecord, Parking, ViewCatalogue } from "../view/view-control.ts";
import type { WorkQueue } from "./work-queue.ts";

/** For how long the rows of a build that serves no more are kept: until readers' cursors have expired. */
export const retiredMs = 15 * 60_000;

/** A rebuild as it is recorded. */
export interface RebuildRecord {
  readonly view: string;
  readonly generation: number;
  readonly segments: number;
  readonly startedAt: string;
  /** Set once the build serves. */
  readonly finishedAt?: string;
}

/** What is recorded of rebuilds; a build's switch is one conditional write of the view's record. */
export interface Rebuilds {
  /**
   * Begins a build under a new generation; undefined while another one is being filled, unless it is `insteadOf`: that
   * one is retired at once.
   */
  begin(
    view: string,
    definition: number,
    rebuild: Pick<RebuildRecord, "segments" | "startedAt">,
    insteadOf?: number,
  ): Promise<BuildRecord | undefined>;
  /** The latest rebuild of a view. */
  find(view: string): Promise<RebuildRecord | undefined>;
  /** Progress of every segment that was begun, read strongly. */
  progress(view: string, generation: number): Promise<readonly Saved<SegmentProgress>[]>;
  /**
   * Saves progress unless another worker has moved the segment on from where this one stood; false then, and the segment
   * is theirs.
   */
  save(
    view: string,
    generation: number,
    progress: SegmentProgress,
    options: SaveOptions,
  ): Promise<boolean>;
  /** Lets the build serve, unless pairs of it are parked; the one before is kept until then (ISO 8601). */
  switchTo(view: string, generation: number, at: string, until: string): Promise<boolean>;
}

/** What rebuilding needs of the world. */
export interface RebuildPorts extends ApplyPorts {
  readonly views: readonly View[];
  readonly catalogue: ViewCatalogue;
  readonly parking: Parking;
  readonly queue: WorkQueue;
  readonly rebuilds: Rebuilds;
  readonly log: LogWalker;
}

const queueSegments = (
  { queue }: Pick<RebuildPorts, "queue">,
  view: string,
  generation: number,
  segments: readonly number[],
): Promise<void> =>
  queue.send(segments.map((segment) => ({ kind: "segment", view, generation, segment })));

const segmentNumbers = (count: number): readonly number[] =>
  Array.from({ length: count }, (_, segment) => segment);

/** The segments of a rebuild that are not done yet. */
export const openSegments = (
  { segments }: RebuildRecord,
  progress: readonly SegmentProgress[],
): readonly number[] => {
  const done = new Set(progress.filter((each) => each.done).map(({ segment }) => segment));
  return segmentNumbers(segments).filter((segment) => !done.has(segment));
};

/**
 * Begins to fill a new build of a view from the log. Refuses (conflict) while one is being filled, unless it is
 * `insteadOf`, which is given up.
 */
export const startRebuild = async (
  ports: RebuildPorts,
  view: View,
  options: { readonly segments?: number; readonly insteadOf?: number } = {},
): Promise<BuildRecord> => {
  const { segments = segmentsDefault, insteadOf } = options;
  await ports.catalogue.create(view.name, view.definition);
  const rebuild = { segments, startedAt: new Date(ports.now()).toISOString() };
  const build = await ports.rebuilds.begin(view.name, view.definition, rebuild, insteadOf);
  if (!build)
    throw new Refusal("conflict", `View ${view.name} is being rebuilt.`, { retryAfter: 10 });
  await queueSegments(ports, view.name, build.generation, segmentNumbers(segments));
  return build;
};

/** Lets a build serve once every segment is done and no stream of it is parked; nothing happens before. */
export const finishRebuild = async (
  ports: Pick<RebuildPorts, "catalogue" | "now" | "queue" | "rebuilds">,
  view: string,
  generation: number,
): Promise<boolean> => {
  const rebuild = await ports.rebuilds.find(view);
  if (rebuild?.generation !== generation || rebuild.finishedAt !== undefined) return false;
  const progress = await ports.rebuilds.progress(view, generation);
  if (openSegments(rebuild, progress).length > 0) return false;
  const record = (await ports.catalogue.list()).find((each) => each.view === view);
  const at = new Date(ports.now()).toISOString();
  const until = new Date(ports.now() + retiredMs).toISOString();
  if (!record || !(await ports.rebuilds.switchTo(view, generation, at, until))) return false;
  await ports.queue.send([{ kind: "sweep", view, generation: record.live.generation }], {
    delaySeconds: retiredMs / 1000,
  });
  return true;
};

/** Queues the unfinished segments of a running rebuild again: their messages may have been lost. */
export const resumeRebuild = async (ports: RebuildPorts, rebuild: RebuildRecord): Promise<void> => {
  const { view, generation } = rebuild;
  const progress = await ports.rebuilds.progress(view, generation);
  await queueSegments(ports, view, generation, openSegments(rebuild, progress));
};

/** The build that a segment belongs to; undefined when it is not being filled any more. */
const buildOf = async (
  { views, catalogue }: RebuildPorts,
  name: string,
  generation: number,
): Promise<Build | undefined> => {
  const record = (await catalogue.list()).find(({ view }) => view === name);
  const view = views.find((each) => each.name === name);
  if (record?.building?.generation !== generation || !view) return undefined;
  const { definition } = record.building;
  const defined = underDefinition(view, definition);
  if (defined) return { view: defined, generation };
  throw new Error(`View ${name} is being built by definition ${definition}, unknown here.`);
};

/** Applies one page of the log; what fails is parked, and keeps the build from serving until it is healed. */
const applyPage = async (
  ports: RebuildPorts,
  build: Build,
  rebuild: RebuildRecord,
  progress: SegmentProgress,
): Promise<SegmentProgress> => {
  const { segment, after } = progress;
  const { view, generation } = build;
  const walk = { segment, segments: rebuild.segments, ...(after ? { after } : {}) };
  const { items, next } = await ports.log.commits(walk);
  const own = items.filter(({ stream }) => categoryOf(stream) === view.domain.category);
  const commits = own.filter((item): item is Commit => !isDamaged(item));
  // A damaged stream is tried up to its head, where the damage is met again and noted as the reason of its parking.
  const damaged = own.filter(isDamaged).map(({ stream }) => [stream, []] as const);
  const groups = new Map([...groupByStream(commits), ...damaged]);
  for (const [stream, cause] of await applyView(ports, build, groups))
    await parkAndQueue(ports, { view: view.name, generation, stream, cause });
  return {
    segment,
    done: next === undefined,
    ...(next ? { after: next } : {}),
    streams: progress.streams + own.filter(({ version }) => version === 1).length,
    events: progress.events + commits.reduce((sum, { events }) => sum + events.length, 0),
  };
};

/**
 * Works on one segment of a rebuild until it is done or the deadline (milliseconds since the epoch) has passed; then
 * the rest is queued. Doing a page twice changes nothing; of two workers on one segment, one goes on.
 */
export const rebuildSegment = async (
  ports: RebuildPorts,
  work: { readonly view: string; readonly generation: number; readonly segment: number },
  deadline: number,
): Promise<void> => {
  const { view: name, generation, segment } = work;
  const build = await buildOf(ports, name, generation);
  const rebuild = await ports.rebuilds.find(name);
  if (!build || rebuild?.generation !== generation) return;
  const saved = await ports.rebuilds.progress(name, generation);
  let progress: SegmentProgress =
    saved.find((each) => each.segment === segment) ?? untouched(segment);
  while (!progress.done) {
    const { after: from } = progress;
    progress = await applyPage(ports, build, rebuild, progress);
    const at = new Date(ports.now()).toISOString();
    if (!(await ports.rebuilds.save(name, generation, progress, { at, from }))) return;
    if (!progress.done && ports.now() >= deadline)
      return queueSegments(ports, name, generation, [segment]);
  }
  await finishRebuild(ports, name, generation);
};
