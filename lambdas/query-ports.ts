import { createDocumentClient } from "../lib/adapters/dynamodb/client.ts";
import { createEventReader } from "../lib/adapters/dynamodb/event-store.ts";
import { createViewCatalogue } from "../lib/adapters/dynamodb/view-catalogue.ts";
import { eventTable, viewControlTable } from "../lib/core/tables.ts";
import { readableGenerations, type ViewRecord } from "../lib/core/view-control.ts";
import { clock } from "./clock.ts";
import { tableName } from "./environment.ts";
import { opener } from "./key-ports.ts";
import type { QueryPorts } from "./queries/query.ts";
import { viewTables } from "./view-ports.ts";

/** For how long a function answers from the view records that it has read. */
const recordsMs = 5_000;

/** What answering queries needs; the records of the views are read every few seconds. */
export const queryPorts = (): QueryPorts => {
  const client = createDocumentClient();
  const catalogue = createViewCatalogue(client, tableName(viewControlTable));
  let known: { readonly until: number; readonly records: readonly ViewRecord[] } | undefined;
  const records = async (): Promise<readonly ViewRecord[]> => {
    if (!known || known.until <= clock.now())
      known = { until: clock.now() + recordsMs, records: await catalogue.list() };
    return known.records;
  };
  return {
    ...clock,
    store: createEventReader(client, tableName(eventTable)),
    tables: viewTables(client),
    opener: opener(client),
    generations: async (view) => {
      const record = (await records()).find((each) => each.view === view);
      return record ? readableGenerations(record, clock.now()) : [1];
    },
  };
};
