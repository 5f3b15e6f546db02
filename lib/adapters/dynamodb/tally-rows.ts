import { PutCommand, TransactWriteCommand } from "@aws-sdk/lib-dynamodb";
import { itemBytes, writeUnits } from "../../core/log/item-size.ts";
import type { Meter } from "../../core/meter.ts";
import { rowKey } from "../../core/view/recent-rows.ts";
import type {
  ShardAddition,
  TallyKey,
  TallyOutcome,
  TallyRow,
  TallyRows,
  TallyView,
  TallyWrite,
} from "../../core/view/tally-view.ts";
import { readItems } from "./batches.ts";
import { readCheckpoints } from "./checkpoints.ts";
import type { MeteredClient } from "./client.ts";
import { isWritten } from "./conditional-write.ts";
import { isConflict, isUnanswered, reasonCodes } from "./failure.ts";
import { listTallyRows } from "./list-tally-rows.ts";
import { allShards, readShard, shardSort, sumAttribute, sumShards } from "./tally-item.ts";
import { markPut, readMarks } from "./tally-marks.ts";

/** Attributes and placeholders of an update: `name` stands behind `#0`, its value behind `:0`. */
const placeholders = (fields: readonly (readonly [string, unknown])[]) => ({
  ExpressionAttributeNames: Object.fromEntries(fields.map(([name], at) => [`#${at}`, name])),
  ExpressionAttributeValues: Object.fromEntries(fields.map(([, value], at) => [`:${at}`, value])),
});

const additionUpdate = (
  table: string,
  { table: { indexes = [] } }: TallyView,
  generation: number,
  { partition, sort, shard, labels, sums, index }: ShardAddition,
) => {
  const [{ partitionKey } = { partitionKey: undefined }] = indexes;
  const fixed: [string, unknown][] = [["labels", labels]];
  if (partitionKey && index !== undefined)
    fixed.push([partitionKey.name, `${generation}#${index}`]);
  const added = Object.entries(sums).map(([name, sum]) => [sumAttribute(name), sum] as const);
  const sets = fixed.map((_, at) => `#${at} = :${at}`);
  const adds = added.map((_, at) => `#${fixed.length + at} :${fixed.length + at}`);
  return {
    TableName: table,
    Key: { partition: `${generation}#${partition}`, sort: shardSort(sort, shard) },
    UpdateExpression: `SET ${sets.join(", ")}${adds.length > 0 ? ` ADD ${adds.join(", ")}` : ""}`,
    ...placeholders([...fixed, ...added]),
  };
};

/**
 * What a refused write means. One that was not answered may have been written all the same: whoever tries again
 * reads its checkpoints first, and finds them moved then.
 */
const whyRefused = (
  meter: Meter,
  error: unknown,
  { checkpoints, additions }: TallyWrite,
): TallyOutcome => {
  const codes = reasonCodes(error);
  const stale = checkpoints.flatMap(({ stream }, at) =>
    codes[at] === "ConditionalCheckFailed" ? [stream] : [],
  );
  if (stale.length > 0) {
    meter.add({ writeUnits: 2 * (checkpoints.length + additions.length) });
    return { stale };
  }
  if (isConflict(error) || isUnanswered(error)) return "busy";
  throw error;
};

/** Writes what is all or nothing: one checkpoint alone is a put, at half the price of a transaction. */
const write = async (
  client: MeteredClient,
  table: string,
  view: TallyView,
  generation: number,
  { checkpoints, additions }: TallyWrite,
): Promise<TallyOutcome> => {
  const puts = checkpoints.map((each) => markPut(table, generation, each));
  const [only, ...others] = puts;
  if (only && others.length === 0 && additions.length === 0) {
    const units = writeUnits(itemBytes(only.Item));
    const isMoved = await isWritten(client.meter, units, client.send(new PutCommand(only)));
    return isMoved ? "written" : { stale: checkpoints.map(({ stream }) => stream) };
  }
  const TransactItems = [
    // The checkpoints come first, so that reasons of a refusal stand at their places.
    ...puts.map((Put) => ({ Put })),
    ...additions.map((each) => ({ Update: additionUpdate(table, view, generation, each) })),
  ];
  await client.send(new TransactWriteCommand({ TransactItems }));
  return "written";
};

/** Rows by their keys, read strongly, the shards of each summed. */
const readRows = async (
  client: MeteredClient,
  table: string,
  { shards }: TallyView,
  generation: number,
  rows: readonly TallyKey[],
): Promise<readonly TallyRow[]> => {
  const keys = rows.flatMap(({ partition, sort }) =>
    allShards(sort, shards).map((each) => ({
      partition: `${generation}#${partition}`,
      sort: each,
    })),
  );
  const found = new Map<string, TallyRow>();
  for (const item of await readItems(client, table, keys)) {
    const shard = readShard(generation, item);
    const key = rowKey(shard);
    const known = found.get(key);
    found.set(key, known ? sumShards(known, shard) : shard);
  }
  return [...found.values()];
};

/**
 * The table of a tally, on DynamoDB. Every key of an item and of its index entry starts with the generation, so that
 * two builds of a view share one table and never meet.
 */
export const createTallyRows = (
  client: MeteredClient,
  table: string,
  view: TallyView,
  generation: number,
): TallyRows => ({
  add: async (adding) => {
    try {
      return await write(client, table, view, generation, adding);
    } catch (error) {
      return whyRefused(client.meter, error, adding);
    }
  },
  checkpoints: (streams) => readCheckpoints(client, table, generation, streams),
  marks: (streams) => readMarks(client, table, generation, streams),
  get: (keys) => readRows(client, table, view, generation, keys),
  list: (query) => listTallyRows(client, table, view, generation, query),
});
