import { PutCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { isRetired, type ViewCatalogue, type ViewRecord } from "../../core/view/view-control.ts";
import { writeItems } from "./batches.ts";
import type { MeteredClient } from "./client.ts";
import { isWritten } from "./conditional-write.ts";
import { queryItems } from "./query-pages.ts";
import {
  findRecord,
  parkedAttribute,
  parkedPartition,
  progressPartition,
  readRecord,
  recordKey,
  recordPartition,
} from "./view-record.ts";

const itemsOf = (client: MeteredClient, table: string, partition: string) =>
  queryItems(client, {
    TableName: table,
    KeyConditionExpression: "#view = :partition",
    ExpressionAttributeNames: { "#view": "view" },
    ExpressionAttributeValues: { ":partition": partition },
    ConsistentRead: true,
  });

const removeAll = async (
  client: MeteredClient,
  table: string,
  partition: string,
): Promise<void> => {
  const removals: { remove: { view: string; item: unknown } }[] = [];
  for await (const { item } of itemsOf(client, table, partition))
    removals.push({ remove: { view: partition, item } });
  await writeItems(client, table, removals);
};

/** Records of views, on DynamoDB: all of them in one partition, which one strong query reads. */
export const createViewCatalogue = (client: MeteredClient, table: string): ViewCatalogue => ({
  list: async () => {
    const records: ViewRecord[] = [];
    for await (const item of itemsOf(client, table, recordPartition))
      records.push(readRecord(item).record);
    return records;
  },
  create: async (view, definition, { unbuilt } = { unbuilt: true }) => {
    const first = { live: { generation: 1, definition }, retired: {}, nextGeneration: 2, unbuilt };
    await isWritten(
      client.meter,
      1,
      client.send(
        new PutCommand({
          TableName: table,
          Item: { ...recordKey(view), ...first },
          ConditionExpression: "attribute_not_exists(#view)",
          ExpressionAttributeNames: { "#view": "view" },
        }),
      ),
    );
  },
  forget: async (view, generation) => {
    const { record } = (await findRecord(client, table, view)) ?? {};
    if (!record || !isRetired(record, generation)) return;
    await removeAll(client, table, parkedPartition(view, generation));
    await removeAll(client, table, progressPartition(view, generation));
    await isWritten(
      client.meter,
      1,
      client.send(
        new UpdateCommand({
          TableName: table,
          Key: recordKey(view),
          UpdateExpression: "REMOVE #retired.#generation, #parked",
          ConditionExpression: "attribute_exists(#retired.#generation)",
          ExpressionAttributeNames: {
            "#retired": "retired",
            "#generation": String(generation),
            "#parked": parkedAttribute(generation),
          },
        }),
      ),
    );
  },
});
