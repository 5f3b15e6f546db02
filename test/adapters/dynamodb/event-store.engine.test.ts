import { afterAll, beforeAll } from "vitest";
import { createEventStore } from "../../../lib/adapters/dynamodb/event-store.ts";
import { createIdempotencyRecords } from "../../../lib/adapters/dynamodb/idempotency.ts";
import { eventTable, idempotencyTable } from "../../../lib/core/system/tables.ts";
import { describeEventStore } from "../../contracts/event-store.ts";
import { type StartedStore, startStore } from "./started-store.ts";

let started: StartedStore;

beforeAll(async () => {
  started = await startStore([eventTable, idempotencyTable]);
});

afterAll(() => started.stop());

describeEventStore("DynamoDB", () => ({
  store: createEventStore(started.client, {
    events: eventTable.name,
    idempotency: idempotencyTable.name,
  }),
  records: createIdempotencyRecords(started.client, idempotencyTable.name),
}));
