import { GetCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod/mini";
import type { Audits } from "../../core/audit/audit.ts";
import { detailMax, type Problem } from "../../core/audit/audit-stream.ts";
import { writeItems } from "./batches.ts";
import type { MeteredClient } from "./client.ts";
import { whenAnswered } from "./failure.ts";
import { viewStore } from "./query-pages.ts";
import { readProgress, saveProgress } from "./segment-progress.ts";

const latestKey = { view: "audit", item: "latest" };

const Latest = z.object({
  run: z.string(),
  segments: z.int(),
  startedAt: z.string(),
  /** The run before, of which a late worker may still have saved something after it was cleaned up. */
  previous: z.exactOptional(z.string()),
});

const Found = z.object({
  problems: z.array(
    z.object({
      stream: z.string(),
      version: z.int(),
      kind: z.enum([
        "gap",
        "broken-chain",
        "snapshot-differs",
        "row-behind",
        "row-ahead",
        "row-differs",
        "checkpoint-behind",
        "checkpoint-ahead",
        "unreadable",
      ]),
      detail: z.string(),
      view: z.exactOptional(z.string()),
    }),
  ),
  problemsFound: z.int(),
});

const partitionOf = (run: string): string => `audit#${run}`;

const removeRun = async (client: MeteredClient, table: string, run: string): Promise<void> => {
  const saved = await readProgress(client, table, partitionOf(run));
  const keys = saved.map(({ view, item }) => ({ remove: { view, item } }));
  await writeItems(client, table, keys);
};

/** A hundred of these are far below the size of an item. */
const cut = (problem: Problem): Problem => ({
  ...problem,
  detail: problem.detail.slice(0, detailMax),
});

/** What is recorded of audits, on DynamoDB: the latest run; what runs before have left is removed. */
export const createAudits = (client: MeteredClient, table: string): Audits => {
  const findLatest = async (): Promise<z.output<typeof Latest> | undefined> => {
    const get = new GetCommand({ TableName: table, Key: latestKey, ConsistentRead: true });
    const { Item } = await whenAnswered(viewStore, client.send(get));
    return Item && Latest.parse(Item);
  };
  return {
    begin: async (record) => {
      const before = await findLatest();
      const previous = before ? { previous: before.run } : {};
      const Item = { ...latestKey, ...record, ...previous };
      await client.send(new PutCommand({ TableName: table, Item }));
      for (const run of [before?.run, before?.previous])
        if (run !== undefined && run !== record.run) await removeRun(client, table, run);
    },
    find: async () => {
      const latest = await findLatest();
      if (!latest) return undefined;
      const { previous: _, ...record } = latest;
      return record;
    },
    progress: async (run) => {
      const saved = await readProgress(client, table, partitionOf(run));
      return saved.map((each) => ({ ...each, ...Found.parse(each) }));
    },
    save: (run, progress, options) => {
      const bounded = { ...progress, problems: progress.problems.map(cut) };
      return saveProgress(client, table, partitionOf(run), bounded, options);
    },
  };
};
