import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { createViewCatalogue } from "../lib/adapters/dynamodb/view-catalogue.ts";
import { viewControlTable } from "../lib/core/system/tables.ts";
import { readableGenerations, type ViewRecord } from "../lib/core/view/view-control.ts";
import { clock } from "./clock.ts";
import { tableName } from "./environment.ts";

/** For how long a function answers from the view records that it has read. */
const recordsMs = 5_000;

/** Tells which generations of a view readers may be shown, the one that serves first; read every few seconds. */
export const servedGenerations = (
  client: DynamoDBDocumentClient,
): ((view: string) => Promise<readonly number[]>) => {
  const catalogue = createViewCatalogue(client, tableName(viewControlTable));
  let known: { readonly until: number; readonly records: readonly ViewRecord[] } | undefined;
  const records = async (): Promise<readonly ViewRecord[]> => {
    if (!known || known.until <= clock.now())
      known = { until: clock.now() + recordsMs, records: await catalogue.list() };
    return known.records;
  };
  return async (view) => {
    const record = (await records()).find((each) => each.view === view);
    return record ? readableGenerations(record, clock.now()) : [1];
  };
};
