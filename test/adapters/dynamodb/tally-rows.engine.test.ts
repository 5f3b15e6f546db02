import { afterAll, beforeAll } from "vitest";
import { createTallyRows } from "../../../lib/adapters/dynamodb/tally-rows.ts";
import type { TallyRows, TallyView } from "../../../lib/core/view/tally-view.ts";
import { describeTallyOrder } from "../../contracts/tally-order.ts";
import { describeTallyRows } from "../../contracts/tally-rows.ts";
import { purses, ranking } from "../../sample-views.ts";
import { type StartedStore, startStore } from "./started-store.ts";

let started: StartedStore;

beforeAll(async () => {
  started = await startStore([purses.table, ranking.table]);
});

afterAll(() => started.stop());

const make = (view: TallyView, generation: number): TallyRows =>
  createTallyRows(started.client, view.table.name, view, generation);

describeTallyRows("a tally on DynamoDB", make);
describeTallyOrder("a tally on DynamoDB, as it is read", make);
