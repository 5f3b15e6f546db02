import type { Clock } from "../retry.ts";
import type { RebuildRecord, Rebuilds } from "../upkeep/rebuild.ts";
import type { ProjectorLag } from "./projector-lag.ts";
import type { View } from "./view.ts";
import { fedBuilds, parkedCount, type ViewCatalogue, type ViewRecord } from "./view-control.ts";

/** How a rebuild is getting on. */
export interface RebuildReport {
  readonly status: "running" | "done" | "failed";
  /** The generation that it fills, which serves once the rebuild is done. */
  readonly generation: number;
  readonly segments: number;
  readonly segmentsDone: number;
  readonly streams: number;
  readonly events: number;
  readonly startedAt: string;
  readonly finishedAt?: string;
}

/** How a view is doing. */
export interface ViewReport {
  readonly name: string;
  readonly kind: View["kind"];
  readonly generation: number;
  readonly definition: number;
  /** Milliseconds from commit to row when the projector looked last; null before its first batch. */
  readonly lag: number | null;
  readonly parked: number;
  readonly rebuild: RebuildReport | null;
}

/** What reporting on views needs of the world. */
export interface ViewReportPorts extends Pick<Clock, "now"> {
  readonly views: readonly View[];
  readonly catalogue: ViewCatalogue;
  readonly rebuilds: Rebuilds;
  readonly lag: ProjectorLag;
}

/** A rebuild waits for its parked streams; `failed` says that somebody has to see to them. */
const rebuildReport = async (
  { rebuilds }: ViewReportPorts,
  record: ViewRecord | undefined,
  rebuild: RebuildRecord,
): Promise<RebuildReport> => {
  const { view, generation, segments, startedAt, finishedAt } = rebuild;
  const progress = await rebuilds.progress(view, generation);
  const segmentsDone = progress.filter(({ done }) => done).length;
  const isStuck =
    segmentsDone === segments && record !== undefined && parkedCount(record, generation) > 0;
  return {
    status: finishedAt !== undefined ? "done" : isStuck ? "failed" : "running",
    generation,
    segments,
    segmentsDone,
    streams: progress.reduce((sum, each) => sum + each.streams, 0),
    events: progress.reduce((sum, each) => sum + each.events, 0),
    startedAt,
    ...(finishedAt === undefined ? {} : { finishedAt }),
  };
};

/** How every view is doing, in the order of the registry. */
export const viewReports = async (ports: ViewReportPorts): Promise<readonly ViewReport[]> => {
  const records = new Map((await ports.catalogue.list()).map((record) => [record.view, record]));
  const lag = (await ports.lag.find())?.lagMs ?? null;
  return Promise.all(
    ports.views.map(async ({ name, kind, definition }) => {
      const record = records.get(name);
      const rebuild = await ports.rebuilds.find(name);
      const live = record?.live ?? { generation: 1, definition };
      const parked = record
        ? fedBuilds(record, ports.now())
            .map(({ generation }) => parkedCount(record, generation))
            .reduce((sum, count) => sum + count, 0)
        : 0;
      return {
        name,
        kind,
        ...live,
        lag,
        parked,
        rebuild: rebuild ? await rebuildReport(ports, record, rebuild) : null,
      };
    }),
  );
};
