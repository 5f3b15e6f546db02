import type { MeteredClient } from "../lib/adapters/dynamodb/client.ts";
import { createDocumentRows } from "../lib/adapters/dynamodb/document-rows.ts";
import { createLedgerRows } from "../lib/adapters/dynamodb/ledger-rows.ts";
import { createTallyRows } from "../lib/adapters/dynamodb/tally-rows.ts";
import type { ViewTables } from "../lib/core/view/view.ts";
import { tableName } from "./environment.ts";

/** The tables of the views, as this function was granted them. */
export const viewTables = (client: MeteredClient): ViewTables => ({
  documents: (view, generation) =>
    createDocumentRows(client, tableName(view.table), view, generation),
  ledger: (view, generation) => createLedgerRows(client, tableName(view.table), view, generation),
  tally: (view, generation) => createTallyRows(client, tableName(view.table), view, generation),
});
