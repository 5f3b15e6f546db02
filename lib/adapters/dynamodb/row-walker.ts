import * as z from "zod/mini";
import type { ServedDocuments } from "../../core/audit/audit.ts";
import type { Damaged } from "../../core/log/segments.ts";
import type { DocumentRow, DocumentView } from "../../core/view/document-view.ts";
import type { MeteredClient } from "./client.ts";
import { readDocumentRow } from "./document-rows.ts";
import { viewStore } from "./query-pages.ts";
import { scanPage } from "./scan-page.ts";

const Key = z.object({ row: z.string() });

/** Walks the rows of one generation of a document view, on DynamoDB: a parallel, strongly consistent scan. */
export const createRowWalker = (
  client: Pick<MeteredClient, "send">,
  table: string,
  view: DocumentView,
  generation: number,
): ServedDocuments["walk"] => {
  const prefix = `${generation}#`;
  const readRow = readDocumentRow(view, generation);
  const readItem = (item: unknown): DocumentRow | Damaged => {
    const stream = Key.parse(item).row.slice(prefix.length);
    try {
      const row = readRow(item);
      if (row.stream === stream) return row;
      return { stream, version: row.version, damage: `the row says that it is of ${row.stream}` };
    } catch (error) {
      return { stream, version: 0, damage: error instanceof Error ? error.message : String(error) };
    }
  };
  return async (options) => {
    const scan = {
      TableName: table,
      FilterExpression: "begins_with(#row, :prefix)",
      ExpressionAttributeNames: { "#row": "row" },
      ExpressionAttributeValues: { ":prefix": prefix },
    };
    const { items, next } = await scanPage(client, viewStore, scan, options);
    const read = items.map(readItem);
    return next ? { items: read, next } : { items: read };
  };
};
