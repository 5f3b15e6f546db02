import { ConditionalCheckFailedException, GetItemCommand } from "@aws-sdk/client-dynamodb";
import { PutCommand, QueryCommand, type QueryCommandOutput } from "@aws-sdk/lib-dynamodb";
import { marshall, unmarshall } from "@aws-sdk/util-dynamodb";
import * as z from "zod/mini";
import { itemBytes, writeUnits } from "../../core/log/item-size.ts";
import type { StoredValue } from "../../core/log/stored-value.ts";
import type {
  DocumentRow,
  DocumentRows,
  DocumentView,
  RowPosition,
} from "../../core/view/document-view.ts";
import type { MeteredClient } from "./client.ts";
import { whenAnswered } from "./failure.ts";

const StoredRow = z.looseObject({
  stream: z.string(),
  version: z.int(),
  time: z.string(),
  hash: z.custom<Uint8Array>((value) => value instanceof Uint8Array),
  state: z.object({ schema: z.int(), state: z.custom<StoredValue>() }),
});

const Entry = z.object({ partition: z.string(), sort: z.string() });

const store = "The view";

/** Reads items of one generation of a document view; throws when one is no row. */
export const readDocumentRow = (view: DocumentView, generation: number) => {
  const indexNames = (view.table.indexes ?? []).map(({ name }) => name);
  const prefix = `${generation}#`;
  return (item: unknown): DocumentRow => {
    const { stream, version, time, hash, state, ...keys } = StoredRow.parse(item);
    const entries = indexNames.flatMap((name) => {
      const entry = Entry.safeParse({
        partition: keys[`${name}Partition`],
        sort: keys[`${name}Sort`],
      });
      if (!entry.success) return [];
      const { partition, sort } = entry.data;
      return [[name, { partition: partition.slice(prefix.length), sort }] as const];
    });
    return { stream, version, time, hash, state, entries: Object.fromEntries(entries) };
  };
};

/**
 * The table of a document view, on DynamoDB. Every key of a row and of its index entries starts
 * with the generation, so that two builds of a view share one table and never meet.
 */
export const createDocumentRows = (
  client: MeteredClient,
  table: string,
  view: DocumentView,
  generation: number,
): DocumentRows => {
  const keyOf = (key: string): string => `${generation}#${key}`;
  const readItem = readDocumentRow(view, generation);
  const writeItem = ({ entries, ...row }: DocumentRow) => ({
    row: keyOf(row.stream),
    ...row,
    ...Object.fromEntries(
      Object.entries(entries).flatMap(([name, { partition, sort }]) => [
        [`${name}Partition`, keyOf(partition)],
        [`${name}Sort`, sort],
      ]),
    ),
  });
  const startKey = (index: string, partition: string, { sort, stream }: RowPosition) => ({
    row: keyOf(stream),
    [`${index}Partition`]: keyOf(partition),
    [`${index}Sort`]: sort,
  });
  return {
    get: async (stream, { consistent }) => {
      const Key = marshall({ row: keyOf(stream) });
      const get = new GetItemCommand({ TableName: table, Key, ConsistentRead: consistent });
      const { Item } = await whenAnswered(store, client.plain.send(get));
      return Item && readItem(unmarshall(Item));
    },
    put: async (row) => {
      const Item = writeItem(row);
      try {
        await client.send(
          new PutCommand({
            TableName: table,
            Item,
            ConditionExpression: "attribute_not_exists(#version) OR #version < :version",
            ExpressionAttributeNames: { "#version": "version" },
            ExpressionAttributeValues: { ":version": row.version },
          }),
        );
        return true;
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
        client.meter.add({ writeUnits: writeUnits(itemBytes(Item)) });
        return false;
      }
    },
    list: async ({ index, partition, descending, limit, after }) => {
      const rows: DocumentRow[] = [];
      let start: Record<string, unknown> | undefined = after && startKey(index, partition, after);
      do {
        const query = new QueryCommand({
          TableName: table,
          IndexName: index,
          KeyConditionExpression: "#partition = :partition",
          ExpressionAttributeNames: { "#partition": `${index}Partition` },
          ExpressionAttributeValues: { ":partition": keyOf(partition) },
          ScanIndexForward: !descending,
          Limit: limit - rows.length,
          ExclusiveStartKey: start,
        });
        const page: QueryCommandOutput = await whenAnswered(store, client.send(query));
        rows.push(...(page.Items ?? []).map(readItem));
        // A page also ends at 1 MB, long before its limit when documents are large.
        start = page.LastEvaluatedKey;
      } while (start && rows.length < limit);
      return rows;
    },
  };
};
