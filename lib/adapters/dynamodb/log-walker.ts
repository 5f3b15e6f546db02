import * as z from "zod/mini";
import { type Commit, parseCommit } from "../../core/log/commit.ts";
import type { Damaged, LogWalker } from "../../core/log/segments.ts";
import type { MeteredClient } from "./client.ts";
import { scanPage } from "./scan-page.ts";

const Key = z.object({ stream: z.string(), version: z.number() });

const store = "The event store";

const readItem = (item: unknown): Commit | Damaged => {
  try {
    return parseCommit(item);
  } catch (error) {
    const damage = error instanceof Error ? error.message : String(error);
    return { ...Key.parse(item), damage };
  }
};

/**
 * Walks the log on DynamoDB: a parallel scan, whose pages hold at most 1 MB. A scan keeps a partition together, in the
 * order of its sort key.
 */
export const createLogWalker = (client: Pick<MeteredClient, "send">, table: string): LogWalker => ({
  commits: async (options) => {
    const { items, next } = await scanPage(client, store, { TableName: table }, options);
    const read = items.map(readItem);
    return next ? { items: read, next } : { items: read };
  },
  keys: async (options) => {
    const keysOnly = {
      TableName: table,
      ProjectionExpression: "#stream, #version",
      ExpressionAttributeNames: { "#stream": "stream", "#version": "version" },
    };
    const { items, next } = await scanPage(client, store, keysOnly, options);
    const read = items.map((item) => Key.parse(item));
    return next ? { items: read, next } : { items: read };
  },
});
