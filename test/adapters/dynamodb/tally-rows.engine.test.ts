import { afterAll, beforeAll } from "vitest";
import { createTallyRows } from "../../../lib/adapters/dynamodb/tally-rows.ts";
import { describeTallyRows } from "../../contracts/tally-rows.ts";
import { purses, ranking } from "../../sample-views.ts";
import { type StartedStore, startStore } from "./started-store.ts";

let started: StartedStore;

beforeAll(async () => {
  started = await startStore([purses.table, ranking.table]);
});

afterAll(() => started.stop());

describeTallyRows("a tally on DynamoDB", (view, generation) =>
  createTallyRows(started.client, view.table.name, view, generation),
);
