import type { AuditPorts, Served } from "../lib/core/audit/audit.ts";
import type { Bus, BusEvent } from "../lib/core/bus/bus.ts";
import type { Commit } from "../lib/core/log/commit.ts";
import { segmentsDefault, type WalkCursor } from "../lib/core/log/segments.ts";
import type { RebuildPorts } from "../lib/core/upkeep/rebuild.ts";
import type { SweepGenerationPorts } from "../lib/core/upkeep/sweep-generation.ts";
import { doWork } from "../lib/core/upkeep/work.ts";
import type { Work } from "../lib/core/upkeep/work-queue.ts";
import type { View } from "../lib/core/view/view.ts";
import type { ViewRecord } from "../lib/core/view/view-control.ts";
import { createClock, createDice, type FakeClock } from "./clock.ts";
import { jar } from "./jar.ts";
import { jarHistory, noSnapshots } from "./jar-history.ts";
import { createMemoryEventStore, type MemoryEventStore } from "./memory-event-store.ts";
import type { During } from "./memory-tables.ts";
import { createMemoryViews, type Hook, type MemoryViews } from "./memory-views.ts";
import {
  emptyAudits,
  type MemoryAudits,
  memoryAudits,
  memoryLogWalker,
  memoryRowWalker,
} from "./memory-walks.ts";
import { jarViews } from "./sample-views.ts";

/** Everything that work on the read side asks of the world. */
export type ReadSidePorts = RebuildPorts &
  AuditPorts &
  SweepGenerationPorts & { readonly bus: Bus };

/** How the world is set up; everything has a default. */
export interface ReadSideOptions {
  /** Commits, and rows, on one page of a walk. */
  readonly pageSize?: number;
  readonly views?: readonly View[];
  /** Pages that the sweep of a generation takes. */
  readonly sweepPages?: number;
  /** How far the index of a tally lags behind its table. */
  readonly indexLagMs?: number;
}

/** A read side in memory, whose processes may die. */
export interface ReadSide {
  readonly clock: FakeClock;
  readonly store: MemoryEventStore;
  readonly memory: MemoryViews;
  readonly audits: MemoryAudits;
  /** Everything that the bus was given. */
  readonly published: readonly BusEvent[];
  /** Every commit of the log. */
  log(): readonly Commit[];
  /** Makes a stream what it is from now on, unchecked; nobody is notified. */
  plant(commits: readonly Commit[]): void;
  /** Takes a whole stream out of the log. */
  remove(stream: string): void;
  /** A process; `views` are those that its code knows. */
  start(hook?: Hook, views?: readonly View[]): ReadSidePorts;
  /**
   * Does what is queued, and what that queues, until nothing is left that is not delayed. Work is put off when its time
   * is over: after one page, with 0 ms.
   */
  drain(ports?: ReadSidePorts, workMs?: number): Promise<void>;
}

const walkRows = (memory: MemoryViews, view: View, generation: number) => () => [
  ...memory.documents(view, generation).standing.values(),
];

const servedBy =
  (
    { tables, catalogue }: Pick<RebuildPorts, "tables" | "catalogue">,
    memory: MemoryViews,
    views: readonly View[],
    pageSize: number,
    during: During,
  ) =>
  async (): Promise<Served> => {
    const records = new Map((await catalogue.list()).map((record) => [record.view, record]));
    const generationOf = ({ name }: View): number => records.get(name)?.live.generation ?? 1;
    return {
      documents: views.flatMap((view) => {
        if (view.kind !== "document") return [];
        const generation = generationOf(view);
        const walk = memoryRowWalker(walkRows(memory, view, generation), pageSize, during);
        return [{ view, generation, rows: tables.documents(view, generation), walk }];
      }),
      others: views.flatMap((view) => {
        if (view.kind === "document") return [];
        const generation = generationOf(view);
        const checkpoints =
          view.kind === "ledger" ? tables.ledger(view, generation) : tables.tally(view, generation);
        return [{ view, generation, checkpoints }];
      }),
    };
  };

/** An empty read side of jars. */
export const createReadSide = (options: ReadSideOptions = {}): ReadSide => {
  const { pageSize = 3, views: allViews = jarViews, sweepPages = 1, indexLagMs } = options;
  const clock = createClock("2026-11-01T18:00:00.000Z");
  const streams = new Set<string>();
  const memory = createMemoryViews(clock.now, indexLagMs);
  const audits = emptyAudits();
  const published: BusEvent[] = [];
  const plain = createMemoryEventStore({ now: clock.now });
  const store: MemoryEventStore = {
    ...plain,
    append: (commits, record) => {
      for (const { stream } of commits) streams.add(stream);
      return plain.append(commits, record);
    },
  };
  const log = () => [...streams].flatMap((stream) => store.commits(stream));
  const start = (hook: Hook = () => {}, views = allViews): ReadSidePorts => {
    const during: During = async (call, work) => {
      await hook(call, "before");
      const result = await work();
      await hook(call, "after");
      return result;
    };
    const ports = memory.process({ hook });
    const sweep = (view: View, generation: number, after?: WalkCursor): WalkCursor | undefined => {
      const page = Number(after?.page ?? 0) + 1;
      if (page < sweepPages) return { page };
      memory.sweep(view, generation);
      return undefined;
    };
    return {
      ...clock,
      random: createDice(),
      ...ports,
      views,
      store: {
        tail: (...asked) => during("store.tail", () => store.tail(...asked)),
        range: (...asked) => during("store.range", () => store.range(...asked)),
      },
      log: memoryLogWalker(log, pageSize, during),
      documentSegments: segmentsDefault,
      audits: memoryAudits(audits, during),
      sweeper: { sweep: (...asked) => during("sweeper.sweep", () => sweep(...asked)) },
      bus: {
        publish: (events) =>
          during("bus.publish", async () => {
            published.push(...events);
            return [];
          }),
      },
      domainOf: (stream) => (stream.startsWith("jar-") ? jar : undefined),
      served: servedBy(ports, memory, views, pageSize, during),
    };
  };
  return {
    clock,
    store,
    memory,
    audits,
    published,
    log,
    plant: (commits) => {
      for (const { stream } of commits) streams.add(stream);
      for (const stream of new Set(commits.map((commit) => commit.stream)))
        store.plant(
          stream,
          commits.filter((commit) => commit.stream === stream),
        );
    },
    remove: (stream) => {
      store.plant(stream, []);
      streams.delete(stream);
    },
    start,
    drain: async (ports = start(), workMs = 60_000) => {
      const next = () => memory.messages.findIndex(({ delaySeconds }) => delaySeconds === 0);
      for (let at = next(); at !== -1; at = next())
        for (const { work } of memory.messages.splice(at, 1))
          await doWork(ports, work, clock.now() + workMs);
    },
  };
};

/** Queued work of one kind. */
export const queued = ({ memory }: ReadSide, kind: Work["kind"]): readonly Work[] =>
  memory.messages.map(({ work }) => work).filter((work) => work.kind === kind);

/** The record of a view. */
export const recordOf = async (side: ReadSide, view: View): Promise<ViewRecord | undefined> => {
  const records = await side.start().catalogue.list();
  return records.find(({ view: name }) => name === view.name);
};

/** Jars of one to eight commits each, half of them without a snapshot. */
export const histories = (count: number): readonly (readonly Commit[])[] =>
  Array.from({ length: count }, (_, index) => {
    const counts = Array.from({ length: 1 + (index % 8) }, (_, place) => 1 + ((index + place) % 3));
    const policy = index % 2 === 0 ? { policy: noSnapshots } : {};
    return jarHistory(`j${index}`, counts, { ...policy, owner: `user${index % 4}` }).commits;
  });

/** A read side whose log holds so many jars, none of which any view has heard of. */
export const filled = (count = 12, options: ReadSideOptions = {}): ReadSide => {
  const side = createReadSide(options);
  for (const commits of histories(count)) side.plant(commits);
  return side;
};

/** The next commit that one of these jars has not got yet; `pick` (from 0 up to 1) chooses the jar. */
export const nextOf = (
  { store }: ReadSide,
  all: readonly (readonly Commit[])[],
  pick: number,
): Commit | undefined => {
  const commits = all[Math.floor(pick * all.length)] ?? [];
  return commits[store.commits(commits[0]?.stream ?? "").length];
};
