import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import { GetCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import * as z from "zod/mini";
import type { IdempotencyRecord, IdempotencyRecords } from "../../core/command/idempotency.ts";
import { Refusal } from "../../core/errors.ts";
import { itemBytes, writeUnits } from "../../core/log/item-size.ts";
import type { MeteredClient } from "./client.ts";
import { isConflict, whenAnswered } from "./failure.ts";

const Stored = z.object({
  key: z.string(),
  fingerprint: z.string(),
  expires: z.number(),
  answer: z.object({
    streams: z.array(
      z.object({
        stream: z.string(),
        version: z.number(),
        created: z.boolean(),
        events: z.array(z.object({ type: z.string(), version: z.number() })),
      }),
    ),
  }),
});

/** Parses an item of the idempotency table. */
export const parseRecord = (item: unknown): IdempotencyRecord => Stored.parse(item);

/**
 * A put that succeeds where no record stands, or an expired one that DynamoDB has not removed yet.
 */
export const keepOnce = (table: string, record: IdempotencyRecord) => ({
  TableName: table,
  Item: record,
  ConditionExpression: "attribute_not_exists(#key) OR #expires <= :now",
  ExpressionAttributeNames: { "#key": "key", "#expires": "expires" },
  ExpressionAttributeValues: { ":now": Math.floor(Date.now() / 1000) },
  ReturnValuesOnConditionCheckFailure: "ALL_OLD" as const,
});

const store = "The store of first answers";

/** First answers to idempotent requests, on DynamoDB. */
export const createIdempotencyRecords = (
  client: MeteredClient,
  table: string,
): IdempotencyRecords => ({
  find: async (key) => {
    const get = new GetCommand({ TableName: table, Key: { key }, ConsistentRead: true });
    const { Item } = await whenAnswered(store, client.send(get));
    const record = Item && parseRecord(Item);
    return record && record.expires * 1000 > Date.now() ? record : undefined;
  },
  keep: async (record) => {
    try {
      await whenAnswered(store, client.send(new PutCommand(keepOnce(table, record))));
      return record;
    } catch (error) {
      if (isConflict(error))
        throw new Refusal("conflict", "A request with this Idempotency-Key is under way.", {
          retryAfter: 1,
        });
      if (!(error instanceof ConditionalCheckFailedException && error.Item)) throw error;
      client.meter.add({ writeUnits: writeUnits(itemBytes(record)) });
      return parseRecord(unmarshall(error.Item));
    }
  },
});
