import * as z from "zod/mini";
import { addSums } from "../../core/view/sum.ts";
import type { TallyRow } from "../../core/view/tally-view.ts";

const shardDigits = 4;
const sumPrefix = "sum_";

/** Sort key of one shard of a row: shards of one row are neighbours. */
export const shardSort = (sort: string, shard: number): string =>
  `${sort}#${String(shard).padStart(shardDigits, "0")}`;

/** Sort keys of all shards of a row. */
export const allShards = (sort: string, shards: number): readonly string[] =>
  Array.from({ length: shards }, (_, shard) => shardSort(sort, shard));

/** Sort keys that all shards of a row lie between, both included. */
export const shardBounds = (sort: string): { readonly first: string; readonly last: string } => ({
  first: shardSort(sort, 0),
  last: shardSort(sort, 10 ** shardDigits - 1),
});

/** Attribute that holds a sum. */
export const sumAttribute = (name: string): string => `${sumPrefix}${name}`;

// Beyond the safe range the SDK answers big integers.
const Stored = z.union([z.int(), z.bigint()]);

const StoredShard = z.looseObject({
  partition: z.string(),
  sort: z.string(),
  labels: z.record(z.string(), z.string()),
});

/** Reads one shard of a row of a generation; throws when it is none. */
export const readShard = (generation: number, item: unknown): TallyRow => {
  const { partition, sort, labels, ...others } = StoredShard.parse(item);
  const sums = Object.entries(others).flatMap(([name, value]) =>
    name.startsWith(sumPrefix)
      ? [[name.slice(sumPrefix.length), Stored.parse(value)] as const]
      : [],
  );
  return {
    partition: partition.slice(`${generation}#`.length),
    sort: sort.slice(0, -(shardDigits + 1)),
    labels,
    sums: Object.fromEntries(sums),
  };
};

/** Two shards of one row, summed. */
export const sumShards = (left: TallyRow, right: TallyRow): TallyRow => ({
  ...left,
  sums: addSums(left.sums, right.sums),
});
