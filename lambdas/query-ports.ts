import { createDocumentClient } from "../lib/adapters/dynamodb/client.ts";
import { createEventReader } from "../lib/adapters/dynamodb/event-store.ts";
import { eventTable } from "../lib/core/system/tables.ts";
import { clock } from "./clock.ts";
import { tableName } from "./environment.ts";
import { opener } from "./key-ports.ts";
import type { QueryPorts } from "./queries/query.ts";
import { servedGenerations } from "./served-generations.ts";
import { viewTables } from "./view-ports.ts";

/** What answering queries needs. */
export const queryPorts = (): QueryPorts => {
  const client = createDocumentClient();
  return {
    ...clock,
    store: createEventReader(client, tableName(eventTable)),
    tables: viewTables(client),
    opener: opener(client),
    generations: servedGenerations(client),
  };
};
