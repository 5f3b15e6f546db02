import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import { readItems } from "./batches.ts";

/** Sort key of every checkpoint, beside its view's rows; no row has it. */
export const checkpointSort = "checkpoint";

const Checkpoint = z.object({ partition: z.string(), version: z.int() });

const partitionOf = (generation: number, stream: string): string => `${generation}#@${stream}`;

/** Key of the checkpoint of one stream. */
export const checkpointKey = (generation: number, stream: string) => ({
  partition: partitionOf(generation, stream),
  sort: checkpointSort,
});

/** How far one generation of a view has taken in streams, read strongly; streams without a checkpoint are absent. */
export const readCheckpoints = async (
  client: Pick<DynamoDBDocumentClient, "send">,
  table: string,
  generation: number,
  streams: readonly string[],
): Promise<ReadonlyMap<string, number>> => {
  const keys = [...new Set(streams)].map((stream) => checkpointKey(generation, stream));
  const items = await readItems(client, table, keys);
  const prefix = partitionOf(generation, "");
  return new Map(
    items.map((item) => {
      const { partition, version } = Checkpoint.parse(item);
      return [partition.slice(prefix.length), version];
    }),
  );
};
