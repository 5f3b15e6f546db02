import { ScanCommand, type ScanCommandInput } from "@aws-sdk/lib-dynamodb";
import * as z from "zod/mini";
import type { WalkCursor, WalkOptions } from "../../core/log/segments.ts";
import type { MeteredClient } from "./client.ts";
import { whenAnswered } from "./failure.ts";

const Cursor = z.record(z.string(), z.union([z.string(), z.number()]));

/** A page of a table as it was scanned, and the key to go on after. */
export interface ScannedPage {
  readonly items: readonly Readonly<Record<string, unknown>>[];
  readonly next: WalkCursor | undefined;
}

/**
 * Scans one page (at most 1 MB, and at most the limit) of one segment of a table, strongly. Refuses as `unavailable`
 * while the store, called by its name, does not answer.
 */
export const scanPage = async (
  client: Pick<MeteredClient, "send">,
  store: string,
  scan: Pick<
    ScanCommandInput,
    | "TableName"
    | "FilterExpression"
    | "ProjectionExpression"
    | "ExpressionAttributeNames"
    | "ExpressionAttributeValues"
  >,
  { segment, segments, after, limit }: WalkOptions,
): Promise<ScannedPage> => {
  const command = new ScanCommand({
    ...scan,
    ...(segments > 1 && { Segment: segment, TotalSegments: segments }),
    ...(after && { ExclusiveStartKey: after }),
    ...(limit !== undefined && { Limit: limit }),
    ConsistentRead: true,
  });
  const { Items = [], LastEvaluatedKey } = await whenAnswered(store, client.send(command));
  return { items: Items, next: LastEvaluatedKey && Cursor.parse(LastEvaluatedKey) };
};
