import type { AuditPorts, Served } from "../lib/core/audit.ts";
import type { Commit } from "../lib/core/commit.ts";
import { type DocumentRow, rowOf } from "../lib/core/document-view.ts";
import { viewEvents } from "../lib/core/envelope.ts";
import { ledgerRows } from "../lib/core/ledger-view.ts";
import { advance, emptyStream, type Loaded } from "../lib/core/loaded.ts";
import type { RebuildPorts } from "../lib/core/rebuild.ts";
import type { WalkCursor } from "../lib/core/segments.ts";
import type { SweepGenerationPorts } from "../lib/core/sweep-generation.ts";
import { tallyAdditions } from "../lib/core/tally-view.ts";
import type { View } from "../lib/core/view.ts";
import { doWork } from "../lib/core/work.ts";
import type { Work } from "../lib/core/work-queue.ts";
import { createClock, createDice, type FakeClock } from "./clock.ts";
import { jar } from "./jar.ts";
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
export type ReadSidePorts = RebuildPorts & AuditPorts & SweepGenerationPorts;

/** How the world is set up; everything has a default. */
export interface ReadSideOptions {
  /** Commits, and rows, on one page of a walk. */
  readonly pageSize?: number;
  readonly views?: readonly View[];
  /** Pages that the sweep of a generation takes. */
  readonly sweepPages?: number;
}

/** A read side in memory, whose processes may die. */
export interface ReadSide {
  readonly clock: FakeClock;
  readonly store: MemoryEventStore;
  readonly memory: MemoryViews;
  readonly audits: MemoryAudits;
  /** Every commit of the log. */
  log(): readonly Commit[];
  /** Makes a stream what it is from now on, unchecked; nobody is notified. */
  plant(commits: readonly Commit[]): void;
  /** Takes a whole stream out of the log. */
  remove(stream: string): void;
  /** A process; `views` are those that its code knows. */
  start(hook?: Hook, views?: readonly View[]): ReadSidePorts;
  /** Does what is queued, and what that queues, until nothing is left that is not delayed. */
  drain(ports?: ReadSidePorts): Promise<void>;
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
  const { pageSize = 3, views: allViews = jarViews, sweepPages = 1 } = options;
  const clock = createClock("2026-11-01T18:00:00.000Z");
  const streams = new Set<string>();
  const memory = createMemoryViews(clock.now);
  const audits = emptyAudits();
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
      audits: memoryAudits(audits, during),
      sweeper: { sweep: (...asked) => during("sweeper.sweep", () => sweep(...asked)) },
      domainOf: (stream) => (stream.startsWith("jar-") ? jar : undefined),
      served: servedBy(ports, memory, views, pageSize, during),
    };
  };
  return {
    clock,
    store,
    memory,
    audits,
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
    drain: async (ports = start()) => {
      const next = () => memory.messages.findIndex(({ delaySeconds }) => delaySeconds === 0);
      for (let at = next(); at !== -1; at = next())
        for (const { work } of memory.messages.splice(at, 1))
          await doWork(ports, work, clock.now() + 60_000);
    },
  };
};

/** Does one piece of work as a queue has it done: a process that dies leaves the message to another one. */
export const survives = async (work: Promise<unknown>): Promise<boolean> => {
  try {
    await work;
    return true;
  } catch (error) {
    if (error instanceof Crash) return false;
    throw error;
  }
};

/** The death of a process. */
export class Crash extends Error {
  override readonly name = "Crash";
}

/** A process that dies at its nth call, before or after it took effect: from then on it does nothing at all. */
export const dying = (lastCall: number, moment: "before" | "after"): Hook => {
  let calls = 0;
  return (_, at) => {
    if (at === "before") calls += 1;
    if (calls > lastCall || (calls === lastCall && (at === moment || at === "after")))
      throw new Crash();
  };
};

const rowText = ({ hash, ...row }: DocumentRow): string =>
  JSON.stringify([Buffer.from(hash).toString("hex"), Object.entries(row).sort()]);

/** What one build of a view must hold, from the log alone: rows of any kind, and how far each stream is applied. */
export const expectedOf = (view: View, commits: readonly Commit[]) => {
  const events = commits.flatMap((commit) => viewEvents(view.domain, commit));
  const heads = new Map<string, number>();
  for (const { at } of events)
    heads.set(at.stream, Math.max(at.version, heads.get(at.stream) ?? 0));
  if (view.kind === "ledger") {
    const rows = events.flatMap(({ event, at }) => ledgerRows(view, event, at));
    return { heads, rows: rows.map((row) => JSON.stringify([row.key, row.values])).sort() };
  }
  if (view.kind === "document") {
    const folded = new Map<string, Loaded>();
    for (const commit of commits) {
      const before = folded.get(commit.stream) ?? emptyStream(view.domain, commit.stream);
      folded.set(commit.stream, advance(view.domain, before, commit));
    }
    return { heads, rows: [...folded.values()].map((each) => rowText(rowOf(view, each))).sort() };
  }
  const sums = new Map<string, number>();
  for (const { event, at } of events)
    for (const addition of tallyAdditions(view, event, at))
      for (const [name, sum] of Object.entries(addition.sums)) {
        const key = JSON.stringify([addition.partition, addition.sort, name]);
        sums.set(key, (sums.get(key) ?? 0) + sum);
      }
  return { heads, rows: [...sums].map((entry) => JSON.stringify(entry)).sort() };
};

/** What one build of a view does hold, in the same form. */
export const heldBy = (memory: MemoryViews, view: View, generation: number) => {
  if (view.kind === "document") {
    const standing = [...memory.documents(view, generation).standing.values()];
    return {
      heads: new Map(standing.map(({ stream, version }) => [stream, version])),
      rows: standing.map(rowText).sort(),
    };
  }
  const heads = new Map(memory.checkpoints(view, generation));
  if (view.kind === "ledger") {
    const rows = memory.ledger(view, generation);
    return { heads, rows: rows.map((row) => JSON.stringify([row.key, row.values])).sort() };
  }
  const rows = memory
    .tally(view, generation)
    .flatMap(({ partition, sort, sums }) =>
      Object.entries(sums).map(([name, sum]) =>
        JSON.stringify([JSON.stringify([partition, sort, name]), sum]),
      ),
    );
  return { heads, rows: rows.sort() };
};

/** Queued work of one kind. */
export const queued = ({ memory }: ReadSide, kind: Work["kind"]): readonly Work[] =>
  memory.messages.map(({ work }) => work).filter((work) => work.kind === kind);
