import { setTimeout as sleep } from "node:timers/promises";
import {
  BatchGetCommand,
  BatchWriteCommand,
  QueryCommand,
  TransactWriteCommand,
} from "@aws-sdk/lib-dynamodb";
import * as z from "zod/mini";
import { Refusal } from "../../core/errors.ts";
import {
  type DataKeyName,
  type DataKeyReader,
  type DataKeyRows,
  dataKeyItem,
  dataKeyItems,
  parseDataKey,
} from "../../core/personal/data-keys.ts";
import { keyItem, parseSubjectKey } from "../../core/personal/subject-keys.ts";
import { answered, isDone } from "./answered.ts";
import type { MeteredClient } from "./client.ts";

/** DynamoDB's own bounds of a batch, and how often what it left over is asked for again. */
const readsMax = 100;
const deletesMax = 25;
const roundsMax = 6;

const RowKey = z.object({ user: z.string(), item: z.string() });
type RowKey = z.output<typeof RowKey>;

const nameOf = ({ user, item }: RowKey): string => `${item} ${user}`;

/** Reads one batch strongly; asks again for what DynamoDB leaves over. */
const readBatch = async (client: MeteredClient, table: string, keys: readonly RowKey[]) => {
  const items: unknown[] = [];
  let left = [...keys];
  for (let round = 0; left.length > 0; round++) {
    if (round === roundsMax)
      throw new Refusal("unavailable", "The store of users' keys is busy.", { retryAfter: 1 });
    if (round > 0) await sleep(25 * 2 ** round);
    const RequestItems = { [table]: { Keys: left, ConsistentRead: true } };
    const output = await answered(client.send(new BatchGetCommand({ RequestItems })));
    items.push(...(output.Responses?.[table] ?? []));
    left = z.array(RowKey).parse(output.UnprocessedKeys?.[table]?.Keys ?? []);
  }
  return items;
};

const readAll = async (client: MeteredClient, table: string, keys: readonly RowKey[]) => {
  const distinct = [...new Map(keys.map((key) => [nameOf(key), key])).values()];
  const items = new Map<string, unknown>();
  for (let start = 0; start < distinct.length; start += readsMax)
    for (const item of await readBatch(client, table, distinct.slice(start, start + readsMax)))
      items.set(nameOf(RowKey.parse(item)), item);
  return items;
};

/** Wrapped data keys on DynamoDB. */
export const createDataKeyRows = (
  client: MeteredClient,
  table: string,
): DataKeyRows & DataKeyReader => ({
  add: (user, id, key) => {
    const isReady = {
      TableName: table,
      Key: { user, item: keyItem },
      ConditionExpression: "#state = :ready AND keyId = :keyId",
      ExpressionAttributeNames: { "#state": "state" },
      ExpressionAttributeValues: { ":ready": "ready", ":keyId": key.keyId },
    };
    const put = {
      TableName: table,
      Item: { user, item: dataKeyItem(id), ...key },
      ConditionExpression: "attribute_not_exists(madeAt)",
    };
    const TransactItems = [{ ConditionCheck: isReady }, { Put: put }];
    return isDone(client.meter, 4, client.send(new TransactWriteCommand({ TransactItems })));
  },
  lookUp: async (names) => {
    const subjectKey = ({ user }: DataKeyName): RowKey => ({ user, item: keyItem });
    const dataKey = ({ user, id }: DataKeyName): RowKey => ({ user, item: dataKeyItem(id) });
    const keys = names.flatMap((name) => [subjectKey(name), dataKey(name)]);
    const items = await readAll(client, table, keys);
    return names.map((name) => {
      const subject = items.get(nameOf(subjectKey(name)));
      const found = items.get(nameOf(dataKey(name)));
      return {
        subject: subject === undefined ? undefined : parseSubjectKey(subject),
        dataKey: found === undefined ? undefined : parseDataKey(found),
      };
    });
  },
});

/** Removes up to 25 of a user's wrapped data keys; answers how many were there to be removed. */
export const removeDataKeys = async (
  client: MeteredClient,
  table: string,
  user: string,
): Promise<number> => {
  const { Items = [] } = await answered(
    client.send(
      new QueryCommand({
        TableName: table,
        KeyConditionExpression: "#user = :user AND begins_with(#item, :items)",
        ProjectionExpression: "#user, #item",
        ExpressionAttributeNames: { "#user": "user", "#item": "item" },
        ExpressionAttributeValues: { ":user": user, ":items": dataKeyItems },
        ConsistentRead: true,
        Limit: deletesMax,
      }),
    ),
  );
  if (Items.length === 0) return 0;
  const deletes = Items.map((item) => ({ DeleteRequest: { Key: RowKey.parse(item) } }));
  await answered(client.send(new BatchWriteCommand({ RequestItems: { [table]: deletes } })));
  return Items.length;
};
