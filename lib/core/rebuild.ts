import { type ApplyPorts, applyView, groupByStream } from "./apply-view.ts";
import { Refusal } from "./errors.ts";
import { parkAndQueue } from "./project.ts";
import { type LogWalker, type SegmentProgress, segmentsDefault, untouched } from "./segments.ts";
import { categoryOf } from "./stream.ts";
import type { Build, View } from "./view.ts";
import type { BuildRecord, Parking, ViewCatalogue } from "./view-control.ts";
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
  /** Begins a build under a new generation; undefined while another one is being filled. */
  begin(
    view: string,
    definition: number,
    rebuild: Pick<RebuildRecord, "segments" | "startedAt">,
  ): Promise<BuildRecord | undefined>;
  /** The latest rebuild of a view. */
  find(view: string): Promise<RebuildRecord | undefined>;
  /** Progress of every segment that was begun. */
  progress(view: string, generation: number): Promise<readonly SegmentProgress[]>;
  save(view: string, generation: number, progress: SegmentProgress): Promise<void>;
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

/** Begins to fill a new build of a view from the log; refuses (conflict) while one is being filled. */
export const startRebuild = async (
  ports: RebuildPorts,
  view: View,
  segments = segmentsDefault,
): Promise<BuildRecord> => {
  await ports.catalogue.create(view.name, view.definition);
  const startedAt = new Date(ports.now()).toISOString();
  const build = await ports.rebuilds.begin(view.name, view.definition, { segments, startedAt });
  if (!build)
    throw new Refusal("conflict", `View ${view.name} is being rebuilt.`, { retryAfter: 10 });
  const all = Array.from({ length: segments }, (_, segment) => segment);
  await queueSegments(ports, view.name, build.generation, all);
  return build;
};

/** Queues the unfinished segments of a running rebuild again: their messages may have been lost. */
export const resumeRebuild = async (
  ports: RebuildPorts,
  { view, generation, segments }: RebuildRecord,
): Promise<void> => {
  const progress = await ports.rebuilds.progress(view, generation);
  const done = new Set(progress.filter((each) => each.done).map(({ segment }) => segment));
  const open = Array.from({ length: segments }, (_, segment) => segment).filter(
    (segment) => !done.has(segment),
  );
  if (open.length > 0) await queueSegments(ports, view, generation, open);
  else await finishRebuild(ports, view, generation);
};

/** Lets a build serve once every segment is done and no stream of it is parked; nothing happens before. */
export const finishRebuild = async (
  ports: RebuildPorts,
  view: string,
  generation: number,
): Promise<boolean> => {
  const rebuild = await ports.rebuilds.find(view);
  if (rebuild?.generation !== generation || rebuild.finishedAt !== undefined) return false;
  const progress = await ports.rebuilds.progress(view, generation);
  if (progress.filter(({ done }) => done).length < rebuild.segments) return false;
  const record = (await ports.catalogue.list()).find((each) => each.view === view);
  const at = new Date(ports.now()).toISOString();
  const until = new Date(ports.now() + retiredMs).toISOString();
  if (!record || !(await ports.rebuilds.switchTo(view, generation, at, until))) return false;
  await ports.queue.send([{ kind: "sweep", view, generation: record.live.generation }], {
    delaySeconds: retiredMs / 1000,
  });
  return true;
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
  if (record.building.definition === view.definition) return { view, generation };
  throw new Error(
    `View ${name} is being built by definition ${record.building.definition}, unknown here.`,
  );
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
  const failures = await applyView(ports, build, groupByStream(own));
  for (const [stream, cause] of failures)
    await parkAndQueue(ports, { view: view.name, generation, stream, cause });
  return {
    segment,
    done: next === undefined,
    ...(next ? { after: next } : {}),
    streams: progress.streams + own.filter(({ version }) => version === 1).length,
    events: progress.events + own.reduce((sum, { events }) => sum + events.length, 0),
  };
};

/**
 * Works on one segment of a rebuild until it is done or the deadline (milliseconds since the epoch) has passed; then
 * the rest is queued. Doing a page twice changes nothing.
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
  let progress = saved.find((each) => each.segment === segment) ?? untouched(segment);
  while (!progress.done) {
    progress = await applyPage(ports, build, rebuild, progress);
    await ports.rebuilds.save(name, generation, progress);
    if (!progress.done && ports.now() >= deadline) {
      await queueSegments(ports, name, generation, [segment]);
      return;
    }
  }
  await finishRebuild(ports, name, generation);
};
