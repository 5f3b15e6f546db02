import { v7 } from "uuid";
import { connect } from "../lib/adapters/dynamodb/client.ts";
import { createEventStore } from "../lib/adapters/dynamodb/event-store.ts";
import { createIdempotencyRecords } from "../lib/adapters/dynamodb/idempotency.ts";
import type { CommandPorts } from "../lib/core/command/command-request.ts";
import { createContention } from "../lib/core/command/contention.ts";
import { defaultSnapshotPolicy } from "../lib/core/log/snapshot.ts";
import { createStateCache } from "../lib/core/log/state-cache.ts";
import type { Meter } from "../lib/core/meter.ts";
import { eventTable, idempotencyTable } from "../lib/core/system/tables.ts";
import { clock } from "./clock.ts";
import { tableName } from "./environment.ts";
import { sealer } from "./key-ports.ts";
import type { TellOfKey } from "./told-keys.ts";

/** What carrying out a command needs, by its meter; connections and what is remembered live as long as the process. */
export const commandPorts = (tellOfKey: TellOfKey): ((meter: Meter) => CommandPorts) => {
  const connection = connect();
  const tables = { events: tableName(eventTable), idempotency: tableName(idempotencyTable) };
  const sealerBy = sealer(tellOfKey);
  const lasting = {
    ...clock,
    states: createStateCache(),
    contention: createContention(),
    policy: defaultSnapshotPolicy,
    newId: () => v7(undefined, new Uint8Array(16)),
  };
  return (meter) => {
    const client = connection.metered(meter);
    return {
      ...lasting,
      store: createEventStore(client, tables),
      records: createIdempotencyRecords(client, tables.idempotency),
      sealer: sealerBy(client),
    };
  };
};
