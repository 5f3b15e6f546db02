import type { MeteredClient } from "../lib/adapters/dynamodb/client.ts";
import { createViewCatalogue } from "../lib/adapters/dynamodb/view-catalogue.ts";
import { viewControlTable } from "../lib/core/system/tables.ts";
import { readableGenerations, type ViewRecord } from "../lib/core/view/view-control.ts";
import { clock } from "./clock.ts";
import { tableName } from "./environment.ts";

/** For how long a function answers from the view records that it has read. */
const recordsMs = 5_000;

/** Tells which generations of a view readers may be shown, the one that serves first. */
export type ServedGenerations = (view: string) => Promise<readonly number[]>;

/** Knows the views' records for as long as the process lives; the operation that finds them too old reads them again. */
export const servedGenerations = (): ((client: MeteredClient) => ServedGenerations) => {
  const table = tableName(viewControlTable);
  let known: { readonly until: number; readonly records: readonly ViewRecord[] } | undefined;
  const recordsBy = async (client: MeteredClient): Promise<readonly ViewRecord[]> => {
    if (!known || known.until <= clock.now())
      known = {
        until: clock.now() + recordsMs,
        records: await createViewCatalogue(client, table).list(),
      };
    return known.records;
  };
  return (client) => async (view) => {
    const record = (await recordsBy(client)).find((each) => each.view === view);
    return record ? readableGenerations(record, clock.now()) : [1];
  };
};
