import { Refusal } from "../errors.ts";
import {
  type LogWalker,
  type Saved,
  type SaveOptions,
  type SegmentProgress,
  segmentsDefault,
} from "../log/segments.ts";
import type { ApplyPorts } from "../view/apply-view.ts";
import type { View } from "../view/view.ts";
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
  /** Parts that the walk of a document view's rebuild is split into; that of other views is split as all walks are. */
  readonly documentSegments: number;
}

/** Queues segments of a build to be worked on, each by itself. */
export const queueSegments = (
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
  const usual = view.kind === "document" ? ports.documentSegments : segmentsDefault;
  const { segments = usual, insteadOf } = options;
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
