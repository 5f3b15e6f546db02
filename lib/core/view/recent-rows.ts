import type { ShardAddition } from "./tally-view.ts";

/** A row of an indexed tally that a stream has added to, its partition of the index, and when (ms since the epoch). */
export interface RecentRow {
  readonly partition: string;
  readonly sort: string;
  readonly index: string;
  readonly at: number;
}

/**
 * For how long an index may lag behind its table, and how many rows are remembered of one stream: as many as one
 * transaction can add to, so that those of the last one are always among them.
 */
export const recentBounds = { keptMs: 60_000, rowsMax: 100 } as const;

/** Tells rows of a tally apart. */
export const rowKey = ({ partition, sort }: Pick<RecentRow, "partition" | "sort">): string =>
  JSON.stringify([partition, sort]);

/**
 * The rows that a stream has added to of late, once it adds to more of them: what an index may not show yet. Older ones
 * than the bounds are left out, and all rows of a tally that has no index.
 */
export const withAdded = (
  known: readonly RecentRow[],
  additions: readonly Pick<ShardAddition, "partition" | "sort" | "index">[],
  now: number,
): readonly RecentRow[] => {
  const { keptMs, rowsMax } = recentBounds;
  const kept = known.filter(({ at }) => now - at < keptMs);
  const rows = new Map(kept.map((row) => [rowKey(row), row]));
  for (const { partition, sort, index } of additions) {
    const key = rowKey({ partition, sort });
    // The latest stand last, so that they are what a bound leaves.
    rows.delete(key);
    if (index !== undefined) rows.set(key, { partition, sort, index, at: now });
  }
  return [...rows.values()].slice(-rowsMax);
};
