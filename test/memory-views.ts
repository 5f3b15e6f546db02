import type { Rebuilds } from "../lib/core/upkeep/rebuild.ts";
import type { Work, WorkQueue } from "../lib/core/upkeep/work-queue.ts";
import type { LedgerRow } from "../lib/core/view/ledger-view.ts";
import type { TallyRow } from "../lib/core/view/tally-view.ts";
import type { View, ViewTables } from "../lib/core/view/view.ts";
import type { ParkedPair, Parking, ViewCatalogue } from "../lib/core/view/view-control.ts";
import type { MemoryDocumentRows } from "./memory-document-rows.ts";
import { createMemoryIndex, type MemoryIndex } from "./memory-index.ts";
import {
  type During,
  emptyTable,
  type MemoryTable,
  memoryDocuments,
  memoryLedger,
  memoryTally,
  tallyRowsIn,
} from "./memory-tables.ts";
import {
  emptyRecords,
  memoryCatalogue,
  memoryParking,
  memoryRebuilds,
} from "./memory-view-control.ts";

/**
 * Awaited before a call takes effect and before it answers. It may wait for its turn, or throw: before, the call never
 * happened; after, it did and nobody heard of it.
 */
export type Hook = (call: string, moment: "before" | "after") => Promise<void> | void;

/** How one process meets the world; everything has a default. */
export interface ProcessOptions {
  readonly hook?: Hook;
  /** True when a transaction of a tally meets another one, and nothing is written. */
  readonly isBusy?: () => boolean;
}

/** The read side as one process sees it. */
export interface ViewPorts {
  readonly tables: ViewTables;
  readonly catalogue: ViewCatalogue;
  readonly parking: Parking;
  readonly rebuilds: Rebuilds;
  readonly queue: WorkQueue;
}

/** The tables of the views, their records and the work queue in memory, shared by many processes. */
export interface MemoryViews {
  /** The ports of one process. */
  process(options?: ProcessOptions): ViewPorts;
  /** How often each call took effect, by name: `tally.add`. */
  readonly calls: ReadonlyMap<string, number>;
  /** Messages that wait, oldest first; whoever works takes them out. */
  readonly messages: { readonly work: Work; readonly delaySeconds: number }[];
  /** Everything that is parked. */
  readonly parked: readonly ParkedPair[];
  /** What one generation of a view holds, in no order that means anything. */
  documents(view: View, generation?: number): MemoryDocumentRows;
  ledger(view: View, generation?: number): readonly LedgerRow[];
  tally(view: View, generation?: number): readonly TallyRow[];
  /** The index of a tally. */
  index(view: View, generation?: number): MemoryIndex;
  checkpoints(view: View, generation?: number): ReadonlyMap<string, number>;
  /** Removes the rows and checkpoints of one generation. */
  sweep(view: View, generation: number): void;
}

/** Empty tables. `now` tells when something was parked, and when an index has caught up that lags so far behind. */
export const createMemoryViews = (now: () => number = Date.now, indexLagMs = 0): MemoryViews => {
  const tables = new Map<string, MemoryTable>();
  const records = emptyRecords();
  const calls = new Map<string, number>();
  const messages: { work: Work; delaySeconds: number }[] = [];
  const keyOf = (view: View, generation: number): string => `${generation}#${view.table.name}`;
  const tableOf = (view: View, generation: number): MemoryTable => {
    const key = keyOf(view, generation);
    const known = tables.get(key) ?? emptyTable(createMemoryIndex(now, indexLagMs));
    tables.set(key, known);
    return known;
  };
  const duringWith =
    (hook: Hook): During =>
    async (call, work) => {
      await hook(call, "before");
      const result = structuredClone(await work());
      calls.set(call, (calls.get(call) ?? 0) + 1);
      await hook(call, "after");
      return result;
    };
  const process = ({ hook = () => {}, isBusy = () => false }: ProcessOptions = {}): ViewPorts => {
    const during = duringWith(hook);
    return {
      tables: {
        documents: (view, generation) => memoryDocuments(tableOf(view, generation), during),
        ledger: (view, generation) => memoryLedger(tableOf(view, generation), during),
        tally: (view, generation) => memoryTally(tableOf(view, generation), view, during, isBusy),
      },
      catalogue: memoryCatalogue(records, during),
      parking: memoryParking(records, during, now),
      rebuilds: memoryRebuilds(records, during),
      queue: {
        send: (works, { delaySeconds = 0 } = {}) =>
          during("queue.send", () => {
            messages.push(...works.map((work) => ({ work, delaySeconds })));
          }),
      },
    };
  };
  return {
    process,
    calls,
    messages,
    get parked() {
      return [...records.parked.values()];
    },
    documents: (view, generation = 1) => tableOf(view, generation).documents,
    ledger: (view, generation = 1) => [...tableOf(view, generation).ledger.values()],
    tally: (view, generation = 1) => tallyRowsIn(tableOf(view, generation)),
    index: (view, generation = 1) => tableOf(view, generation).index,
    checkpoints: (view, generation = 1) => tableOf(view, generation).checkpoints,
    sweep: (view, generation) => {
      tables.delete(keyOf(view, generation));
    },
  };
};
