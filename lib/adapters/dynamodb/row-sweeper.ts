import { inParallel } from "../../core/in-parallel.ts";
import type { RowSweeper } from "../../core/upkeep/sweep-generation.ts";
import type { View } from "../../core/view/view.ts";
import { writeItems } from "./batches.ts";
import type { MeteredClient } from "./client.ts";
import { viewStore } from "./query-pages.ts";
import { scanPage } from "./scan-page.ts";

/** Rows that one of several deleters takes at a time, and how many of them are at work. */
const batchSize = 25;
const deletersAtOnce = 8;

const inBatches = <T>(items: readonly T[]): readonly (readonly T[])[] =>
  Array.from({ length: Math.ceil(items.length / batchSize) }, (_, index) =>
    items.slice(index * batchSize, (index + 1) * batchSize),
  );

/**
 * Removes everything of a generation, checkpoints and index entries included, on DynamoDB. Every partition key of a view
 * starts with its generation, whatever the kind of view.
 */
export const createRowSweeper = (
  client: Pick<MeteredClient, "send">,
  tableOf: (view: View) => string,
): RowSweeper => ({
  sweep: async (view, generation, after) => {
    const table = tableOf(view);
    const { partitionKey, sortKey } = view.table;
    const scan = {
      TableName: table,
      FilterExpression: "begins_with(#partition, :prefix)",
      ProjectionExpression: sortKey ? "#partition, #sort" : "#partition",
      ExpressionAttributeNames: {
        "#partition": partitionKey.name,
        ...(sortKey ? { "#sort": sortKey.name } : {}),
      },
      ExpressionAttributeValues: { ":prefix": `${generation}#` },
    };
    const whole = { segment: 0, segments: 1, ...(after ? { after } : {}) };
    const { items, next } = await scanPage(client, viewStore, scan, whole);
    await inParallel(inBatches(items), deletersAtOnce, (batch) =>
      writeItems(
        client,
        table,
        batch.map((key) => ({ remove: key })),
      ),
    );
    return next;
  },
});
