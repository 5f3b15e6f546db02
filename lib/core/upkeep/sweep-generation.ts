import { type SegmentProgress, untouched, type WalkCursor } from "../log/segments.ts";
import type { Clock } from "../retry.ts";
import type { View } from "../view/view.ts";
import type { ViewCatalogue } from "../view/view-control.ts";
import type { Rebuilds } from "./rebuild.ts";
import { delaySecondsMax, type WorkQueue } from "./work-queue.ts";

/** Readers that have cached a view's record may use a retired build for a little longer than it says. */
export const sweepMarginMs = 60_000;

/** Where the sweeping of a build notes how far it has come, beside the segments of its filling, which are history. */
export const sweepSegment = 9_999;

/** Removes rows of one generation, page by page. */
export interface RowSweeper {
  /** Removes what one page of the view's table holds of the generation; answers where to go on. */
  sweep(view: View, generation: number, after?: WalkCursor): Promise<WalkCursor | undefined>;
}

/** What sweeping needs of the world. */
export interface SweepGenerationPorts extends Clock {
  readonly views: readonly View[];
  readonly catalogue: ViewCatalogue;
  readonly rebuilds: Rebuilds;
  readonly sweeper: RowSweeper;
  readonly queue: WorkQueue;
}

/** Sweeps page by page; false when the deadline has passed, or another worker is at it. */
const sweepPages = async (
  ports: SweepGenerationPorts,
  view: View,
  generation: number,
  deadline: number,
): Promise<"done" | "late" | "taken"> => {
  const { sweeper, rebuilds } = ports;
  const saved = await rebuilds.progress(view.name, generation);
  let progress: SegmentProgress =
    saved.find(({ segment }) => segment === sweepSegment) ?? untouched(sweepSegment);
  while (!progress.done) {
    const { after: from } = progress;
    const after = await sweeper.sweep(view, generation, from);
    progress = { ...untouched(sweepSegment), done: !after, ...(after ? { after } : {}) };
    const at = new Date(ports.now()).toISOString();
    if (!(await rebuilds.save(view.name, generation, progress, { at, from }))) return "taken";
    if (after && ports.now() >= deadline) return "late";
  }
  return "done";
};

/**
 * Removes the rows of a retired build once its time is over, until done or the deadline has passed; then the rest is
 * queued. A build that serves or is being filled is left alone.
 */
export const sweepGeneration = async (
  ports: SweepGenerationPorts,
  work: { readonly view: string; readonly generation: number },
  deadline: number,
): Promise<void> => {
  const { view: name, generation } = work;
  const record = (await ports.catalogue.list()).find(({ view }) => view === name);
  const retired = record?.retired.find((build) => build.generation === generation);
  const view = ports.views.find((each) => each.name === name);
  if (!retired || !view) return;
  const requeue = (delaySeconds: number) =>
    ports.queue.send([{ kind: "sweep", view: name, generation }], { delaySeconds });
  const waitMs = Date.parse(retired.until) + sweepMarginMs - ports.now();
  if (waitMs > 0) return requeue(Math.min(delaySecondsMax, Math.ceil(waitMs / 1000)));
  const outcome = await sweepPages(ports, view, generation, deadline);
  if (outcome === "late") return requeue(0);
  if (outcome === "done") await ports.catalogue.forget(name, generation);
};
