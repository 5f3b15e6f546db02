import type { Saved, SaveOptions, SegmentProgress } from "../lib/core/log/segments.ts";
import type { RebuildRecord, Rebuilds } from "../lib/core/upkeep/rebuild.ts";
import type {
  BuildRecord,
  ParkedPair,
  Parking,
  ViewCatalogue,
  ViewPair,
  ViewRecord,
} from "../lib/core/view/view-control.ts";
import type { During } from "./memory-tables.ts";

/** Pairs on one page of what is parked. */
const pageSize = 100;

/** Everything that is recorded of views. */
export interface MemoryRecords {
  readonly views: Map<string, Omit<ViewRecord, "parked">>;
  readonly nextGenerations: Map<string, number>;
  readonly parked: Map<string, ParkedPair>;
  readonly rebuilds: Map<string, RebuildRecord>;
  readonly progress: Map<string, Map<number, Saved<SegmentProgress>>>;
}

/** Nothing is recorded yet. */
export const emptyRecords = (): MemoryRecords => ({
  views: new Map(),
  nextGenerations: new Map(),
  parked: new Map(),
  rebuilds: new Map(),
  progress: new Map(),
});

const keyOf = ({ view, generation, stream }: ViewPair): string =>
  JSON.stringify([view, generation, stream]);

const buildKey = (view: string, generation: number): string => JSON.stringify([view, generation]);

const parkedIn = ({ parked }: MemoryRecords, view: string, generation: number) =>
  [...parked.values()]
    .filter((pair) => pair.view === view && pair.generation === generation)
    .sort((left, right) => (left.stream < right.stream ? -1 : 1));

const recordOf = (records: MemoryRecords, view: string): Omit<ViewRecord, "parked"> => {
  const record = records.views.get(view);
  if (record) return record;
  throw new Error(`View ${view} has no record.`);
};

const withCounts = (records: MemoryRecords, record: Omit<ViewRecord, "parked">): ViewRecord => {
  const parked: Record<string, number> = {};
  for (const { view, generation } of records.parked.values())
    if (view === record.view) parked[generation] = (parked[generation] ?? 0) + 1;
  return { ...record, parked };
};

/** The record of every view. */
export const memoryCatalogue = (records: MemoryRecords, during: During): ViewCatalogue => ({
  list: () =>
    during("catalogue.list", () =>
      [...records.views.values()].map((record) => withCounts(records, record)),
    ),
  create: (view, definition, { unbuilt } = { unbuilt: true }) =>
    during("catalogue.create", () => {
      if (records.views.has(view)) return;
      const live = { generation: 1, definition };
      records.views.set(view, { view, live, retired: [], unbuilt });
      records.nextGenerations.set(view, 2);
    }),
  forget: (view, generation) =>
    during("catalogue.forget", () => {
      const record = records.views.get(view);
      const retired = record?.retired.filter((build) => build.generation !== generation);
      if (!record || !retired || retired.length === record.retired.length) return;
      records.views.set(view, { ...record, retired });
      for (const pair of parkedIn(records, view, generation)) records.parked.delete(keyOf(pair));
      records.progress.delete(buildKey(view, generation));
    }),
});

/** The list of parked pairs. */
export const memoryParking = (
  records: MemoryRecords,
  during: During,
  now: () => number,
): Parking => ({
  park: (pair, { reason, queued, dead }) =>
    during("parking.park", () => {
      recordOf(records, pair.view);
      const since = records.parked.get(keyOf(pair))?.since ?? new Date(now()).toISOString();
      const { view, generation, stream } = pair;
      records.parked.set(keyOf(pair), { view, generation, stream, reason, queued, dead, since });
    }),
  note: (pair, note) =>
    during("parking.note", () => {
      const parked = records.parked.get(keyOf(pair));
      if (parked) records.parked.set(keyOf(pair), { ...parked, ...note });
    }),
  unpark: (pair) =>
    during("parking.unpark", () => {
      records.parked.delete(keyOf(pair));
    }),
  among: (view, generation, streams) =>
    during("parking.among", () =>
      parkedIn(records, view, generation).filter(({ stream }) => streams.includes(stream)),
    ),
  list: (view, generation, after = "") =>
    during("parking.list", () => {
      const rest = parkedIn(records, view, generation).filter(({ stream }) => stream > after);
      const pairs = rest.slice(0, pageSize);
      const last = pairs.at(-1);
      return rest.length > pageSize && last ? { pairs, next: last.stream } : { pairs };
    }),
});

const begin = (
  records: MemoryRecords,
  view: string,
  definition: number,
  rebuild: Pick<RebuildRecord, "segments" | "startedAt">,
  insteadOf: number | undefined,
): BuildRecord | undefined => {
  const { building: before, ...record } = recordOf(records, view);
  if (before && before.generation !== insteadOf) return undefined;
  const generation = records.nextGenerations.get(view) ?? 2;
  records.nextGenerations.set(view, generation + 1);
  const building = { generation, definition };
  const givenUp = before ? [{ ...before, until: rebuild.startedAt }] : [];
  records.views.set(view, { ...record, building, retired: [...record.retired, ...givenUp] });
  records.rebuilds.set(view, { view, generation, ...rebuild });
  return building;
};

const switchTo = (
  records: MemoryRecords,
  view: string,
  generation: number,
  at: string,
  until: string,
): boolean => {
  const { building, ...record } = recordOf(records, view);
  if (building?.generation !== generation) return false;
  if (parkedIn(records, view, generation).length > 0) return false;
  const retired = [...record.retired, { ...record.live, until }];
  records.views.set(view, { ...record, live: building, retired, unbuilt: false });
  const rebuild = records.rebuilds.get(view);
  if (rebuild) records.rebuilds.set(view, { ...rebuild, finishedAt: at });
  return true;
};

const save = (
  known: Map<number, Saved<SegmentProgress>>,
  progress: SegmentProgress,
  { at, from }: SaveOptions,
): boolean => {
  const standing = known.get(progress.segment);
  if (standing?.done || JSON.stringify(standing?.after) !== JSON.stringify(from)) return false;
  known.set(progress.segment, structuredClone({ ...progress, savedAt: at }));
  return true;
};

/** What is recorded of rebuilds. */
export const memoryRebuilds = (records: MemoryRecords, during: During): Rebuilds => {
  const progressOf = (view: string, generation: number): Map<number, Saved<SegmentProgress>> => {
    const key = buildKey(view, generation);
    const known = records.progress.get(key) ?? new Map<number, Saved<SegmentProgress>>();
    records.progress.set(key, known);
    return known;
  };
  return {
    begin: (view, definition, rebuild, insteadOf) =>
      during("rebuilds.begin", () => begin(records, view, definition, rebuild, insteadOf)),
    find: (view) => during("rebuilds.find", () => records.rebuilds.get(view)),
    progress: (view, generation) =>
      during("rebuilds.progress", () =>
        [...progressOf(view, generation).values()].sort(
          (left, right) => left.segment - right.segment,
        ),
      ),
    save: (view, generation, progress, options) =>
      during("rebuilds.save", () => save(progressOf(view, generation), progress, options)),
    switchTo: (view, generation, at, until) =>
      during("rebuilds.switchTo", () => switchTo(records, view, generation, at, until)),
  };
};
