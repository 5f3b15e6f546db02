import { Refusal } from "../errors.ts";
import { parkAndQueue } from "../view/project.ts";
import { underDefinition, type View } from "../view/view.ts";
import {
  type BuildRecord,
  fedBuilds,
  type ParkedPair,
  parkedCount,
  type ViewRecord,
} from "../view/view-control.ts";
import {
  finishRebuild,
  openSegments,
  type RebuildPorts,
  resumeRebuild,
  startRebuild,
} from "./rebuild.ts";
import { sweepMarginMs, sweepSegment } from "./sweep-generation.ts";

/** Bounds of one run, and how long work may stand still before its message counts as lost. */
export const maintainBounds = {
  /** Work on a rebuild or a sweep saves its progress page by page, every few seconds. */
  idleMs: 10 * 60_000,
  /** From parking a pair to queueing it, moments pass. */
  unqueuedMs: 60_000,
  /** A queued pair is caught up or given up within minutes. */
  queuedMs: 60 * 60_000,
  /** Parked pairs of one build that are looked at, and that are queued again. */
  pairsSeenMax: 10_000,
  pairsQueuedMax: 500,
  /** Builds that are filled at the same time before another one is begun unasked. */
  buildsMax: 2,
} as const;

/** What one run did: names of views, and how often; what failed is left to the next run. */
export interface MaintainReport {
  readonly recorded: string[];
  readonly started: string[];
  readonly resumed: string[];
  readonly switched: string[];
  /** Views of which a retired build was sent to be swept again. */
  readonly swept: string[];
  /** Parked streams, by view, that were queued again. */
  readonly queued: string[];
  readonly failures: unknown[];
}

const isOlder = ({ now }: RebuildPorts, time: string, ms: number): boolean =>
  now() - Date.parse(time) >= ms;

const latest = (first: string, others: readonly { readonly savedAt: string }[]): string =>
  [first, ...others.map(({ savedAt }) => savedAt)].sort().at(-1) ?? first;

/**
 * Records views that never were. Whatever is committed after the log was seen empty reaches the projector; what was
 * there before, a new view has to be built from.
 */
const recordViews = async (ports: RebuildPorts, report: MaintainReport): Promise<void> => {
  const known = new Set((await ports.catalogue.list()).map(({ view }) => view));
  const missing = ports.views.filter(({ name }) => !known.has(name));
  if (missing.length === 0) return;
  const { items, next } = await ports.log.commits({ segment: 0, segments: 1 });
  const unbuilt = items.length > 0 || next !== undefined;
  for (const { name, definition } of missing) {
    await ports.catalogue.create(name, definition, { unbuilt });
    report.recorded.push(name);
  }
};

const start = async (
  ports: RebuildPorts,
  view: View,
  report: MaintainReport,
  insteadOf?: number,
): Promise<void> => {
  try {
    await startRebuild(ports, view, insteadOf === undefined ? {} : { insteadOf });
    report.started.push(view.name);
  } catch (error) {
    // Somebody else was faster.
    if (!(error instanceof Refusal && error.kind === "conflict")) throw error;
  }
};

/**
 * Lets a finished build serve, and goes on with one that stands still. One whose definition this code does not know, as
 * after a step back to an older release, is given up for a new one.
 */
const careForBuild = async (
  ports: RebuildPorts,
  view: View,
  { generation, definition }: BuildRecord,
  report: MaintainReport,
): Promise<void> => {
  const rebuild = await ports.rebuilds.find(view.name);
  if (rebuild?.generation !== generation) return;
  const progress = await ports.rebuilds.progress(view.name, generation);
  const isIdle = isOlder(ports, latest(rebuild.startedAt, progress), maintainBounds.idleMs);
  if (!underDefinition(view, definition)) {
    if (isIdle) await start(ports, view, report, generation);
  } else if (openSegments(rebuild, progress).length === 0) {
    if (await finishRebuild(ports, view.name, generation)) report.switched.push(view.name);
  } else if (isIdle) {
    await resumeRebuild(ports, rebuild);
    report.resumed.push(view.name);
  }
};

/** Sends sweeps again whose time has come a while ago and that nobody is at. */
const careForRetired = async (
  ports: RebuildPorts,
  { view, retired }: ViewRecord,
  report: MaintainReport,
): Promise<void> => {
  for (const { generation, until } of retired) {
    const due = new Date(Date.parse(until) + sweepMarginMs).toISOString();
    const progress = await ports.rebuilds.progress(view, generation);
    const swept = progress.filter(({ segment }) => segment === sweepSegment);
    if (!isOlder(ports, latest(due, swept), maintainBounds.idleMs)) continue;
    await ports.queue.send([{ kind: "sweep", view, generation }]);
    report.swept.push(view);
  }
};

const isForgotten = (ports: RebuildPorts, { since, queued, dead }: ParkedPair): boolean =>
  !dead && isOlder(ports, since, maintainBounds[queued ? "queuedMs" : "unqueuedMs"]);

/** Queues parked pairs of one build again that no message seems to stand for. */
const careForParked = async (
  ports: RebuildPorts,
  view: string,
  generation: number,
  report: MaintainReport,
): Promise<void> => {
  const { pairsSeenMax, pairsQueuedMax } = maintainBounds;
  let after: string | undefined;
  let seen = 0;
  let queued = 0;
  do {
    const page = await ports.parking.list(view, generation, after);
    for (const { reason, ...pair } of page.pairs.filter((each) => isForgotten(ports, each))) {
      if (queued === pairsQueuedMax) return;
      await parkAndQueue(ports, { ...pair, cause: reason });
      report.queued.push(view);
      queued += 1;
    }
    seen += page.pairs.length;
    after = page.next;
  } while (after !== undefined && seen < pairsSeenMax);
};

const careForView = async (
  ports: RebuildPorts,
  view: View,
  record: ViewRecord,
  report: MaintainReport,
): Promise<void> => {
  if (record.building) await careForBuild(ports, view, record.building, report);
  await careForRetired(ports, record, report);
  for (const { generation } of fedBuilds(record, ports.now()))
    if (parkedCount(record, generation) > 0)
      await careForParked(ports, view.name, generation, report);
};

/**
 * Heals what crashes and lost messages leave on the read side, within the bounds of one run: rebuilds and sweeps that
 * stand still, parked streams that nobody comes back to. Rebuilds views that are new in a system with a past, or whose
 * definition has changed. A failure of one view holds up none of the others.
 */
export const maintain = async (ports: RebuildPorts): Promise<MaintainReport> => {
  const report: MaintainReport = {
    recorded: [],
    started: [],
    resumed: [],
    switched: [],
    swept: [],
    queued: [],
    failures: [],
  };
  const attempt = async (work: Promise<void>): Promise<void> => {
    try {
      await work;
    } catch (error) {
      report.failures.push(error);
    }
  };
  await attempt(recordViews(ports, report));
  const records = new Map((await ports.catalogue.list()).map((record) => [record.view, record]));
  let building = [...records.values()].filter((record) => record.building).length;
  for (const view of ports.views) {
    const record = records.get(view.name);
    if (!record) continue;
    await attempt(careForView(ports, view, record, report));
    const isWanted = record.unbuilt || record.live.definition !== view.definition;
    if (record.building || !isWanted || building >= maintainBounds.buildsMax) continue;
    building += 1;
    await attempt(start(ports, view, report));
  }
  return report;
};
