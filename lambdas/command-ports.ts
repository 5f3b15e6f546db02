import { v7 } from "uuid";
import { createDocumentClient } from "../lib/adapters/dynamodb/client.ts";
import { createEventStore } from "../lib/adapters/dynamodb/event-store.ts";
import { createIdempotencyRecords } from "../lib/adapters/dynamodb/idempotency.ts";
import type { CommandPorts } from "../lib/core/command/command-request.ts";
import { createContention } from "../lib/core/command/contention.ts";
import { defaultSnapshotPolicy } from "../lib/core/log/snapshot.ts";
import { createStateCache } from "../lib/core/log/state-cache.ts";
import { eventTable, idempotencyTable } from "../lib/core/system/tables.ts";
import { clock } from "./clock.ts";
import { tableName } from "./environment.ts";
import { sealer } from "./key-ports.ts";
import type { TellOfKey } from "./told-keys.ts";

/** What carrying out commands needs; the states that are remembered live as long as the process. */
export const commandPorts = (tellOfKey: TellOfKey): CommandPorts => {
  const client = createDocumentClient();
  const tables = { events: tableName(eventTable), idempotency: tableName(idempotencyTable) };
  return {
    ...clock,
    store: createEventStore(client, tables),
    states: createStateCache(),
    contention: createContention(),
    records: createIdempotencyRecords(client, tables.idempotency),
    sealer: sealer(client, tellOfKey),
    policy: defaultSnapshotPolicy,
    newId: () => v7(undefined, new Uint8Array(16)),
  };
};
