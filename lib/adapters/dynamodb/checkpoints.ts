import * as z from "zod/mini";
import { readItems } from "./batches.ts";
import type { MeteredClient } from "./client.ts";

/** Sort key of every checkpoint, beside its view's rows; no row has it. */
export const checkpointSort = "checkpoint";

const Keyed = z.object({ partition: z.string() });
const Checkpoint = z.object({ version: z.int() });

const partitionOf = (generation: number, stream: string): string => `${generation}#@${stream}`;

/** Key of the checkpoint of one stream. */
export const checkpointKey = (generation: number, stream: string) => ({
  partition: partitionOf(generation, stream),
  sort: checkpointSort,
});

/** The items of streams' checkpoints, each as `read` has it, read strongly; streams without one are absent. */
export const readCheckpointItems = async <T>(
  client: Pick<MeteredClient, "send">,
  table: string,
  generation: number,
  streams: readonly string[],
  read: (item: unknown) => T,
): Promise<ReadonlyMap<string, T>> => {
  const keys = [...new Set(streams)].map((stream) => checkpointKey(generation, stream));
  const items = await readItems(client, table, keys);
  const prefix = partitionOf(generation, "");
  return new Map(
    items.map((item) => [Keyed.parse(item).partition.slice(prefix.length), read(item)]),
  );
};

/** How far one generation of a view has taken in streams, read strongly; streams without a checkpoint are absent. */
export const readCheckpoints = (
  client: Pick<MeteredClient, "send">,
  table: string,
  generation: number,
  streams: readonly string[],
): Promise<ReadonlyMap<string, number>> =>
  readCheckpointItems(client, table, generation, streams, (item) => Checkpoint.parse(item).version);
