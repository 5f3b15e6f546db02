import { isDeepStrictEqual } from "node:util";
import { UpdateCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod/mini";
import "../../core/english.ts";
import type { StoredValue } from "../../core/log/stored-value.ts";
import type {
  LedgerQuery,
  LedgerRow,
  LedgerRows,
  LedgerView,
} from "../../core/view/ledger-view.ts";
import { readItems, writeItems } from "./batches.ts";
import { checkpointKey, checkpointSort, readCheckpoints } from "./checkpoints.ts";
import type { MeteredClient } from "./client.ts";
import { isWritten } from "./conditional-write.ts";
import { isWithin, keyCondition } from "./key-range.ts";
import { queryItems } from "./query-pages.ts";

const StoredRow = z.object({
  sort: z.string(),
  values: z.record(z.string(), z.custom<StoredValue>()),
  shared: z.exactOptional(z.literal(true)),
});

/** A row as it is stored. */
type Item = z.output<typeof StoredRow> & { readonly partition: string };

/** What is added to the sort value of an entry that shares its row with no other: stream, version and number. */
const eventOfKey = /#[^#]*#\d+#\d+$/;

/**
 * The table of a ledger, on DynamoDB. Every key starts with the generation, so that two builds of a view share one
 * table and never meet. Lists are read strongly: they show every row that a checkpoint stands for.
 */
export const createLedgerRows = (
  client: MeteredClient,
  table: string,
  view: LedgerView,
  generation: number,
): LedgerRows => {
  const partitionOf = (partition: string): string => `${generation}#${partition}`;
  const readRow = (item: unknown, partition: string): LedgerRow => {
    const parsed = StoredRow.safeParse(item);
    if (!parsed.success)
      throw new Error(`An item of view ${view.name} is no row: ${z.prettifyError(parsed.error)}`);
    const { sort: key, values, shared } = parsed.data;
    if (shared) return { partition, sort: key, key, values, shared };
    return { partition, sort: key.replace(eventOfKey, ""), key, values };
  };
  const list = async ({ partition, range, descending, limit, after }: LedgerQuery) => {
    const rows: LedgerRow[] = [];
    const condition = keyCondition({
      partitionName: "partition",
      sortName: "sort",
      partition: partitionOf(partition),
      range,
      descending,
      ...(after === undefined ? {} : { after }),
    });
    if (!condition) return rows;
    const query = { TableName: table, ...condition, ConsistentRead: true, Limit: limit + 1 };
    for await (const item of queryItems(client, query)) {
      if (item.sort === checkpointSort || item.sort === after) continue;
      const row = readRow(item, partition);
      if (isWithin(row.sort, range)) rows.push(row);
      if (rows.length === limit) break;
    }
    return rows;
  };
  /** Leaves out rows that many events share and that stand already: to read one is cheaper than to write it again. */
  const unwritten = async (items: readonly Item[]): Promise<readonly Item[]> => {
    const keys = items.flatMap(({ partition, sort, shared }) =>
      shared ? [{ partition, sort }] : [],
    );
    if (keys.length === 0) return items;
    const standing = await readItems(client, table, keys);
    return items.filter((item) => !standing.some((other) => isDeepStrictEqual(other, item)));
  };
  return {
    put: async (rows) => {
      const items = rows.map(({ partition, key, values, shared }) => {
        const item = {
          partition: partitionOf(partition),
          sort: key,
          values,
          ...(shared ? { shared } : {}),
        };
        return [JSON.stringify([partition, key]), item] as const;
      });
      // A batch with the same key twice is refused as a whole.
      const once = await unwritten([...new Map(items).values()]);
      await writeItems(
        client,
        table,
        once.map((item) => ({ put: item })),
      );
    },
    advance: async (stream, version) => {
      await isWritten(
        client.meter,
        1,
        client.send(
          new UpdateCommand({
            TableName: table,
            Key: checkpointKey(generation, stream),
            UpdateExpression: "SET #version = :version",
            ConditionExpression: "attribute_not_exists(#version) OR #version < :version",
            ExpressionAttributeNames: { "#version": "version" },
            ExpressionAttributeValues: { ":version": version },
          }),
        ),
      );
    },
    checkpoints: (streams) => readCheckpoints(client, table, generation, streams),
    list,
  };
};
