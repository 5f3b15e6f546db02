import { afterAll, beforeAll } from "vitest";
import { createParking } from "../../../lib/adapters/dynamodb/parking.ts";
import { createViewCatalogue } from "../../../lib/adapters/dynamodb/view-catalogue.ts";
import { viewControlTable } from "../../../lib/core/system/tables.ts";
import { describeViewControl } from "../../contracts/view-control.ts";
import { type StartedStore, startStore } from "./started-store.ts";

let started: StartedStore;

beforeAll(async () => {
  started = await startStore([viewControlTable]);
});

afterAll(() => started.stop());

describeViewControl("views and what is parked, on DynamoDB", () => ({
  catalogue: createViewCatalogue(started.client, viewControlTable.name),
  parking: createParking(started.client, viewControlTable.name),
}));
