import { connect } from "../lib/adapters/dynamodb/client.ts";
import { createEventReader } from "../lib/adapters/dynamodb/event-store.ts";
import type { Meter } from "../lib/core/meter.ts";
import { eventTable } from "../lib/core/system/tables.ts";
import { clock } from "./clock.ts";
import { tableName } from "./environment.ts";
import { opener } from "./key-ports.ts";
import type { QueryPorts } from "./queries/query.ts";
import { servedGenerations } from "./served-generations.ts";
import { viewTables } from "./view-ports.ts";

/** What answering a query needs, by its meter; connections and what is remembered live as long as the process. */
export const queryPorts = (): ((meter: Meter) => QueryPorts) => {
  const connection = connect();
  const events = tableName(eventTable);
  const openerBy = opener();
  const generationsBy = servedGenerations();
  return (meter) => {
    const client = connection.metered(meter);
    return {
      ...clock,
      store: createEventReader(client, events),
      tables: viewTables(client),
      opener: openerBy(client),
      generations: generationsBy(client),
    };
  };
};
