import type { Clock } from "./retry.ts";
import type { WalkCursor } from "./segments.ts";
import type { View } from "./view.ts";
import type { ViewCatalogue } from "./view-control.ts";
import type { WorkQueue } from "./work-queue.ts";

/** Readers that have cached a view's record may use a retired build for a little longer than it says. */
export const sweepMarginMs = 60_000;

/** Removes rows of one generation, page by page. */
export interface RowSweeper {
  /** Removes what one page of the view's table holds of the generation; answers where to go on. */
  sweep(view: View, generation: number, after?: WalkCursor): Promise<WalkCursor | undefined>;
}

/** What sweeping needs of the world. */
export interface SweepGenerationPorts extends Clock {
  readonly views: readonly View[];
  readonly catalogue: ViewCatalogue;
  readonly sweeper: RowSweeper;
  readonly queue: WorkQueue;
}

/** Longest delay of a message, seconds. Source: SQS quotas. */
const delayMaxSeconds = 900;

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
  if (waitMs > 0) return requeue(Math.min(delayMaxSeconds, Math.ceil(waitMs / 1000)));
  let after: WalkCursor | undefined;
  do {
    after = await ports.sweeper.sweep(view, generation, after);
    if (after && ports.now() >= deadline) return requeue(0);
  } while (after);
  await ports.catalogue.forget(name, generation);
};
