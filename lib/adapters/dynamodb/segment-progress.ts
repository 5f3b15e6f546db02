import { isDeepStrictEqual } from "node:util";
import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import { PutCommand } from "@aws-sdk/lib-dynamodb";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import * as z from "zod/mini";
import { itemBytes, writeUnits } from "../../core/log/item-size.ts";
import type { SaveOptions, SegmentProgress } from "../../core/log/segments.ts";
import type { MeteredClient } from "./client.ts";
import { queryItems } from "./query-pages.ts";

const Saved = z.looseObject({
  segment: z.int(),
  done: z.boolean(),
  after: z.exactOptional(z.record(z.string(), z.union([z.string(), z.number()]))),
  streams: z.int(),
  events: z.int(),
  savedAt: z.string(),
});

/** Progress as it is stored; attributes beyond those of every progress are kept. */
export type StoredProgress = z.output<typeof Saved>;

/** What is saved of the segments of one run, by partition of the control table; read strongly, in their order. */
export const readProgress = async (
  client: MeteredClient,
  table: string,
  partition: string,
): Promise<readonly StoredProgress[]> => {
  const segments: StoredProgress[] = [];
  const items = queryItems(client, {
    TableName: table,
    KeyConditionExpression: "#view = :partition",
    ExpressionAttributeNames: { "#view": "view" },
    ExpressionAttributeValues: { ":partition": partition },
    ConsistentRead: true,
  });
  for await (const item of items) segments.push(Saved.parse(item));
  return segments;
};

/** True when what stands there is this very progress: only the answer to its write was lost. */
const isOwn = (stored: StoredProgress, progress: SegmentProgress, at: string): boolean =>
  stored.savedAt === at &&
  stored.done === progress.done &&
  stored.events === progress.events &&
  isDeepStrictEqual(stored.after, progress.after);

/** Saves progress unless another worker has moved the segment on from where this one stood; false then. */
export const saveProgress = async (
  client: MeteredClient,
  table: string,
  partition: string,
  progress: SegmentProgress,
  { at, from }: SaveOptions,
): Promise<boolean> => {
  const Item = {
    ...progress,
    view: partition,
    item: String(progress.segment).padStart(4, "0"),
    savedAt: at,
  };
  const isThere = from
    ? "#after = :from AND #done = :no"
    : "attribute_not_exists(#done) OR (attribute_not_exists(#after) AND #done = :no)";
  const put = new PutCommand({
    TableName: table,
    Item,
    ConditionExpression: isThere,
    ExpressionAttributeNames: { "#after": "after", "#done": "done" },
    ExpressionAttributeValues: { ":from": from, ":no": false },
    ReturnValuesOnConditionCheckFailure: "ALL_OLD",
  });
  try {
    await client.send(put);
    return true;
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
    client.meter.add({ writeUnits: writeUnits(itemBytes(Item)) });
    return error.Item !== undefined && isOwn(Saved.parse(unmarshall(error.Item)), progress, at);
  }
};
