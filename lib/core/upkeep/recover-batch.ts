import { categoryOf } from "../log/stream.ts";
import type { Clock } from "../retry.ts";
import type { View } from "../view/view.ts";
import { fedBuilds, type ViewCatalogue } from "../view/view-control.ts";
import type { Work, WorkQueue } from "./work-queue.ts";

/** Where a commit stands in the log. */
export interface CommitKey {
  readonly stream: string;
  readonly version: number;
}

/** What recovering a batch needs of the world. */
export interface RecoverPorts extends Pick<Clock, "now"> {
  readonly views: readonly View[];
  readonly catalogue: Pick<ViewCatalogue, "list">;
  readonly queue: WorkQueue;
}

/**
 * Queues a catch-up for every stream of a batch of notifications that the projector gave up, in every build of the views
 * that follow it; answers how many. Catching up reads the log itself, so that the streams' names are all that is needed of
 * the batch. A view that was never recorded is left out: it is rebuilt from the log as a whole.
 */
export const recoverViews = async (
  { views, catalogue, queue, now }: RecoverPorts,
  batch: readonly CommitKey[],
): Promise<number> => {
  const records = await catalogue.list();
  const work = [...new Set(batch.map(({ stream }) => stream))].flatMap((stream) =>
    views
      .filter(({ domain }) => domain.category === categoryOf(stream))
      .flatMap(({ name }) => records.filter(({ view }) => view === name))
      .flatMap((record) =>
        fedBuilds(record, now()).map(
          ({ generation }): Work => ({ kind: "catch-up", view: record.view, generation, stream }),
        ),
      ),
  );
  await queue.send(work);
  return work.length;
};

/**
 * Queues every stream of a batch that the publisher gave up to be published again, from its first commit in the batch to
 * its last; answers how many. Consumers of the bus know repeats by their ids.
 */
export const recoverEvents = async (
  { queue }: Pick<RecoverPorts, "queue">,
  batch: readonly CommitKey[],
): Promise<number> => {
  const ranges = new Map<string, { from: number; to: number }>();
  for (const { stream, version } of batch) {
    const { from, to } = ranges.get(stream) ?? { from: version, to: version };
    ranges.set(stream, { from: Math.min(from, version), to: Math.max(to, version) });
  }
  const work = [...ranges].map(([stream, range]): Work => ({ kind: "publish", stream, ...range }));
  await queue.send(work);
  return work.length;
};
