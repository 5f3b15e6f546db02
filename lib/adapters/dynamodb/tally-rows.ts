import { type DynamoDBDocumentClient, TransactWriteCommand } from "@aws-sdk/lib-dynamodb";
import type {
  ShardAddition,
  TallyOutcome,
  TallyRows,
  TallyView,
  TallyWrite,
} from "../../core/view/tally-view.ts";
import { checkpointKey, readCheckpoints } from "./checkpoints.ts";
import { countRefusedWrite } from "./client.ts";
import { isConflict, isUnanswered, reasonCodes } from "./failure.ts";
import { listTallyRows } from "./list-tally-rows.ts";
import { shardSort, sumAttribute } from "./tally-item.ts";

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

const checkpointPut = (
  table: string,
  generation: number,
  { stream, from, to }: TallyWrite["checkpoints"][number],
) => ({
  TableName: table,
  Item: { ...checkpointKey(generation, stream), version: to },
  ConditionExpression: from === 0 ? "attribute_not_exists(#version)" : "#version = :from",
  ExpressionAttributeNames: { "#version": "version" },
  ...(from === 0 ? {} : { ExpressionAttributeValues: { ":from": from } }),
});

/**
 * What a refused transaction means. One that was not answered may have been written all the same: whoever tries again
 * reads its checkpoints first, and finds them moved then.
 */
const whyRefused = (error: unknown, { checkpoints, additions }: TallyWrite): TallyOutcome => {
  const codes = reasonCodes(error);
  const stale = checkpoints.flatMap(({ stream }, at) =>
    codes[at] === "ConditionalCheckFailed" ? [stream] : [],
  );
  if (stale.length > 0) {
    countRefusedWrite(2 * (checkpoints.length + additions.length));
    return { stale };
  }
  if (isConflict(error) || isUnanswered(error)) return "busy";
  throw error;
};

/**
 * The table of a tally, on DynamoDB. Every key of an item and of its index entry starts with the generation, so that
 * two builds of a view share one table and never meet.
 */
export const createTallyRows = (
  client: Pick<DynamoDBDocumentClient, "send">,
  table: string,
  view: TallyView,
  generation: number,
): TallyRows => ({
  add: async (write) => {
    const TransactItems = [
      // The checkpoints come first, so that reasons of a refusal stand at their places.
      ...write.checkpoints.map((each) => ({ Put: checkpointPut(table, generation, each) })),
      ...write.additions.map((each) => ({ Update: additionUpdate(table, view, generation, each) })),
    ];
    try {
      await client.send(new TransactWriteCommand({ TransactItems }));
      return "written";
    } catch (error) {
      return whyRefused(error, write);
    }
  },
  checkpoints: (streams) => readCheckpoints(client, table, generation, streams),
  list: (query) => listTallyRows(client, table, view, generation, query),
});
