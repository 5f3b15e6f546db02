import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { createDocumentRows } from "../lib/adapters/dynamodb/document-rows.ts";
import { createEventReader } from "../lib/adapters/dynamodb/event-store.ts";
import type { DocumentView } from "../lib/core/document-view.ts";
import type { ReadPorts } from "../lib/core/read-document.ts";
import { eventTable } from "../lib/core/tables.ts";
import { tableName } from "./environment.ts";

/** The build of each view that is served. */
const generation = 1;

/** What reading and projecting need: the log, and the tables of the views. */
export const readPorts = (client: DynamoDBDocumentClient): ReadPorts => {
  const rowsOf = (view: DocumentView) =>
    createDocumentRows(client, tableName(view.table), view, generation);
  return { store: createEventReader(client, tableName(eventTable)), rowsOf };
};
