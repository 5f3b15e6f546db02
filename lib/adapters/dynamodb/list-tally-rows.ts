import type { TallyQuery, TallyRow, TallyView } from "../../core/view/tally-view.ts";
import { checkpointSort } from "./checkpoints.ts";
import type { MeteredClient } from "./client.ts";
import { isWithin, keyCondition } from "./key-range.ts";
import { queryItems } from "./query-pages.ts";
import { readShard, shardBounds, shardSort, sumShards } from "./tally-item.ts";

type Client = Pick<MeteredClient, "send">;

/** Rows in the order of their sums; an index may lag behind its table, and can only be read so. */
const bySum = async (
  client: Client,
  table: string,
  view: TallyView,
  generation: number,
  query: TallyQuery,
): Promise<readonly TallyRow[]> => {
  const { partition, range, descending, limit, after, start } = query;
  const index = view.table.indexes?.find(({ name }) => name === query.index);
  if (!index || !view.index) throw new Error(`Tally ${view.name} has no index ${query.index}.`);
  const { partitionKey, sortKey } = index;
  const sum = after ? (after.sum ?? 0) : start;
  const condition = keyCondition({
    partitionName: partitionKey.name,
    sortName: sortKey.name,
    partition: `${generation}#${partition}`,
    range,
    descending,
    ...(sum === undefined ? {} : { after: sum }),
  });
  const rows: TallyRow[] = [];
  if (!condition) return rows;
  // A position outside of the part that is asked for is refused by DynamoDB; the condition says it all then.
  const behind = after &&
    sum !== undefined &&
    isWithin(sum, range) && {
      partition: `${generation}#${after.partition}`,
      sort: shardSort(after.sort, 0),
      [partitionKey.name]: `${generation}#${partition}`,
      [sortKey.name]: sum,
    };
  const asked = {
    TableName: table,
    IndexName: index.name,
    ...condition,
    Limit: limit,
    ...(behind ? { ExclusiveStartKey: behind } : {}),
  };
  for await (const item of queryItems(client, asked)) {
    const row = readShard(generation, item);
    if (isWithin(row.sums[view.index.by] ?? 0, range)) rows.push(row);
    if (rows.length === limit) break;
  }
  return rows;
};

/** Rows of a partition by their sort values, read strongly; shards of one row are neighbours and summed. */
const bySort = async (
  client: Client,
  table: string,
  { shards }: TallyView,
  generation: number,
  { partition, range, descending, limit, after }: TallyQuery,
): Promise<readonly TallyRow[]> => {
  const behind = after && shardBounds(after.sort)[descending ? "first" : "last"];
  const condition = keyCondition({
    partitionName: "partition",
    sortName: "sort",
    partition: `${generation}#${partition}`,
    range,
    descending,
    ...(behind === undefined ? {} : { after: behind }),
  });
  const rows: TallyRow[] = [];
  if (!condition) return rows;
  // A row is whole once the next one begins, which takes one item more.
  const asked = { TableName: table, ...condition, ConsistentRead: true, Limit: limit * shards + 1 };
  for await (const item of queryItems(client, asked)) {
    if (item.sort === checkpointSort || item.sort === behind) continue;
    const shard = readShard(generation, item);
    if (!isWithin(shard.sort, range)) continue;
    const last = rows.at(-1);
    if (last?.sort === shard.sort) rows.splice(-1, 1, sumShards(last, shard));
    else if (rows.length === limit) break;
    else rows.push(shard);
  }
  return rows;
};

/** A page of the rows of one generation of a tally, by their sort values or by an index. */
export const listTallyRows = (
  client: Client,
  table: string,
  view: TallyView,
  generation: number,
  query: TallyQuery,
): Promise<readonly TallyRow[]> =>
  query.index === undefined
    ? bySort(client, table, view, generation, query)
    : bySum(client, table, view, generation, query);
