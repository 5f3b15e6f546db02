import { categoryOf } from "../log/stream.ts";
import type { Clock } from "../retry.ts";
import type { View } from "../view/view.ts";
import { fedBuilds, type ViewCatalogue } from "../view/view-control.ts";
import type { Work, WorkQueue } from "./work-queue.ts";

/** What recovering a batch needs of the world. */
export interface RecoverPorts extends Pick<Clock, "now"> {
  readonly views: readonly View[];
  readonly catalogue: Pick<ViewCatalogue, "list">;
  readonly queue: WorkQueue;
}

/**
 * Queues a catch-up for every stream of a batch of notifications that was given up, in every build of the views that
 * follow it; answers how many. Catching up reads the log itself, so that the streams' names are all that is needed of
 * the batch. A view that was never recorded is left out: it is rebuilt from the log as a whole.
 */
export const recoverBatch = async (
  { views, catalogue, queue, now }: RecoverPorts,
  streams: readonly string[],
): Promise<number> => {
  const records = await catalogue.list();
  const work = [...new Set(streams)].flatMap((stream) =>
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
