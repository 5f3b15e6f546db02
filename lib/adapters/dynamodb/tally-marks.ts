import * as z from "zod/mini";
import type { TallyMark, TallyWrite } from "../../core/view/tally-view.ts";
import { checkpointKey, readCheckpointItems } from "./checkpoints.ts";
import type { MeteredClient } from "./client.ts";

const Recent = z.object({
  partition: z.string(),
  sort: z.string(),
  index: z.string(),
  at: z.number(),
});

const Mark = z.object({ version: z.int(), recent: z._default(z.array(Recent), []) });

/** Moves the checkpoint of a stream from where it is; refused when it is elsewhere. */
export const markPut = (
  table: string,
  generation: number,
  { stream, from, to, recent = [] }: TallyWrite["checkpoints"][number],
) => ({
  TableName: table,
  Item: {
    ...checkpointKey(generation, stream),
    version: to,
    ...(recent.length > 0 ? { recent } : {}),
  },
  ConditionExpression: from === 0 ? "attribute_not_exists(#version)" : "#version = :from",
  ExpressionAttributeNames: { "#version": "version" },
  ...(from === 0 ? {} : { ExpressionAttributeValues: { ":from": from } }),
});

/** Checkpoints of streams with their recent rows, read strongly; streams that were never applied are absent. */
export const readMarks = (
  client: Pick<MeteredClient, "send">,
  table: string,
  generation: number,
  streams: readonly string[],
): Promise<ReadonlyMap<string, TallyMark>> =>
  readCheckpointItems(client, table, generation, streams, (item) => Mark.parse(item));
