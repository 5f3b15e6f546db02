import { flowOf } from "./flow.ts";
import { measured, unitBytes } from "./measured.ts";
import { prices } from "./prices.ts";
import type { Workload } from "./workload.ts";

/** What one rebuild of a document view costs once. */
export interface RebuildPrice {
  readonly readUnits: number;
  readonly writeUnits: number;
  readonly dollars: number;
}

/** The log is walked once, strongly; each stream is loaded by its newest snapshot at most, and its row written. */
export const rebuildPriceOf = (workload: Workload): RebuildPrice => {
  const { logBytes, streams } = flowOf(workload);
  const readUnits = logBytes / unitBytes.read + streams;
  const writeUnits = streams * measured.documentPerStream;
  const dollars = (readUnits * prices.reads.dollars + writeUnits * prices.writes.dollars) / 1e6;
  return { readUnits, writeUnits, dollars };
};
