import { afterAll, beforeAll } from "vitest";
import { createLedgerRows } from "../../../lib/adapters/dynamodb/ledger-rows.ts";
import { describeLedgerRows } from "../../contracts/ledger-rows.ts";
import { diary } from "../../sample-views.ts";
import { type StartedStore, startStore } from "./started-store.ts";

let started: StartedStore;

beforeAll(async () => {
  started = await startStore([diary.table]);
});

afterAll(() => started.stop());

describeLedgerRows("a ledger on DynamoDB", (generation) =>
  createLedgerRows(started.client, diary.table.name, diary, generation),
);
