import { flowOf } from "./flow.ts";
import { measured, rebuildWalk, unitBytes } from "./measured.ts";
import { prices } from "./prices.ts";
import type { Workload } from "./workload.ts";

/** What one rebuild of a document view costs once. */
export interface RebuildPrice {
  readonly readUnits: number;
  readonly writeUnits: number;
  readonly dollars: number;
}

/** Read units of a strong read of so many bytes. */
const readsOf = (bytes: number): number => Math.max(1, Math.ceil(bytes / unitBytes.read));

/** Each stream is found by its first commit and loaded by its last one; every so often some commits are looked at. */
const readsPerLongStream = ({ history, "commit-bytes": bytes }: Workload): number => {
  const { probeKeys, stride } = rebuildWalk;
  const streamsPerLook = stride + Math.ceil(probeKeys / history);
  return 2 * readsOf(bytes) + readsOf(probeKeys * bytes) / streamsPerLook;
};

/**
 * Where streams are short, the log is walked once, strongly, and each stream loaded at most; where they are long, it is
 * walked from stream to stream.
 */
export const rebuildPriceOf = (workload: Workload): RebuildPrice => {
  const { logBytes, streams } = flowOf(workload);
  const readUnits =
    workload.history < rebuildWalk.denseCommits
      ? logBytes / unitBytes.read + streams
      : streams * readsPerLongStream(workload);
  const writeUnits = streams * measured.documentPerStream;
  const dollars = (readUnits * prices.reads.dollars + writeUnits * prices.writes.dollars) / 1e6;
  return { readUnits, writeUnits, dollars };
};
