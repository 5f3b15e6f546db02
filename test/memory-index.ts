import { rowKey } from "../lib/core/view/recent-rows.ts";
import type { ShardAddition, TallyKey } from "../lib/core/view/tally-view.ts";

/** The index of a tally in memory, which lags behind its table as it is told to. */
export interface MemoryIndex {
  /** How long a write takes to be seen; `Infinity`: until the index is told to catch up. */
  lagMs: number;
  /** Notes that an item of the table was written. */
  note(place: string, item: ShardAddition): void;
  /** Brings one row up to date, or all of them. */
  catchUp(row?: TallyKey): void;
  /** Items as the index has them by now. */
  shown(): readonly ShardAddition[];
}

interface Write {
  readonly place: string;
  readonly item: ShardAddition;
  readonly at: number;
}

/** An empty index. */
export const createMemoryIndex = (now: () => number, lagMs = 0): MemoryIndex => {
  const standing = new Map<string, ShardAddition>();
  let late: readonly Write[] = [];
  const show = (isDue: (write: Write) => boolean): void => {
    for (const { place, item } of late.filter(isDue)) standing.set(place, item);
    late = late.filter((write) => !isDue(write));
  };
  const index: MemoryIndex = {
    lagMs,
    note: (place, item) => {
      late = [...late, { place, item, at: now() }];
      if (index.lagMs === 0) show((write) => write.place === place);
    },
    catchUp: (row) => show(({ item }) => !row || rowKey(row) === rowKey(item)),
    shown: () => {
      show(({ at }) => now() - at >= index.lagMs);
      return [...standing.values()];
    },
  };
  return index;
};
