import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import { type DynamoDBDocumentClient, PutCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import type { RebuildRecord, Rebuilds } from "../../core/rebuild.ts";
import type { SegmentProgress } from "../../core/segments.ts";
import type { BuildRecord } from "../../core/view-control.ts";
import { countRefusedWrite } from "./client.ts";
import { queryItems } from "./query-pages.ts";
import { findRecord, parkedAttribute, recordKey, type StoredView } from "./view-record.ts";

/** How often a beginning is tried again because another one came in between. */
const beginsMax = 5;

type Client = Pick<DynamoDBDocumentClient, "send">;

const Progress = z.object({
  segment: z.int(),
  done: z.boolean(),
  after: z.record(z.string(), z.union([z.string(), z.number()])).exactOptional(),
  streams: z.int(),
  events: z.int(),
});

const partitionOf = (view: string, generation: number): string => `rebuild#${view}#${generation}`;

/** Waits for a conditional write; false when its condition did not hold. */
const isWritten = async (write: Promise<unknown>): Promise<boolean> => {
  try {
    await write;
    return true;
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
    countRefusedWrite(1);
    return false;
  }
};

/** Begins a build; the one that it takes the place of is retired at once. */
const beginOnce = (
  client: Client,
  table: string,
  { record: { view, building } }: StoredView,
  { generation, definition }: BuildRecord,
  rebuild: Pick<RebuildRecord, "segments" | "startedAt">,
): Promise<boolean> =>
  isWritten(
    client.send(
      new UpdateCommand({
        TableName: table,
        Key: recordKey(view),
        UpdateExpression: `SET #building = :build, #next = :next, #rebuild = :rebuild${
          building ? ", #retired.#old = :old" : ""
        }`,
        ConditionExpression: `#next = :generation AND ${
          building ? "#building = :building" : "attribute_not_exists(#building)"
        }`,
        ExpressionAttributeNames: {
          "#building": "building",
          "#next": "nextGeneration",
          "#rebuild": "rebuild",
          ...(building ? { "#retired": "retired", "#old": String(building.generation) } : {}),
        },
        ExpressionAttributeValues: {
          ":build": { generation, definition },
          ":generation": generation,
          ":next": generation + 1,
          ":rebuild": { generation, ...rebuild },
          ":building": building,
          ":old": building && { ...building, until: rebuild.startedAt },
        },
      }),
    ),
  );

const switchOnce = (
  client: Client,
  table: string,
  { record: { view, live, building } }: StoredView,
  at: string,
  until: string,
): Promise<boolean> =>
  isWritten(
    client.send(
      new UpdateCommand({
        TableName: table,
        Key: recordKey(view),
        UpdateExpression:
          "SET #live = :build, #unbuilt = :no, #retired.#old = :retired, #rebuild.#finishedAt = :at REMOVE #building",
        ConditionExpression:
          "#building = :build AND #live = :live AND (attribute_not_exists(#parked) OR #parked = :none)",
        ExpressionAttributeNames: {
          "#live": "live",
          "#unbuilt": "unbuilt",
          "#building": "building",
          "#retired": "retired",
          "#old": String(live.generation),
          "#rebuild": "rebuild",
          "#finishedAt": "finishedAt",
          "#parked": parkedAttribute(building?.generation ?? 0),
        },
        ExpressionAttributeValues: {
          ":build": building,
          ":live": live,
          ":retired": { ...live, until },
          ":at": at,
          ":none": 0,
          ":no": false,
        },
      }),
    ),
  );

const saveProgress = (
  client: Client,
  table: string,
  partition: string,
  { segment, ...progress }: SegmentProgress,
) =>
  isWritten(
    client.send(
      new PutCommand({
        TableName: table,
        Item: { view: partition, item: String(segment).padStart(4, "0"), segment, ...progress },
        // Whoever repeats a segment that is done already does not open it again.
        ConditionExpression: "attribute_not_exists(#done) OR #done = :no",
        ExpressionAttributeNames: { "#done": "done" },
        ExpressionAttributeValues: { ":no": false },
      }),
    ),
  );

/** What is recorded of rebuilds, on DynamoDB: the latest one of a view is a part of the view's record. */
export const createRebuilds = (client: Client, table: string): Rebuilds => ({
  begin: async (view, definition, rebuild) => {
    let tried: BuildRecord | undefined;
    for (let attempt = 1; attempt <= beginsMax; attempt++) {
      const stored = await findRecord(client, table, view);
      if (!stored) throw new Error(`View ${view} has no record.`);
      const { generation } = stored.record.building ?? {};
      // A repeat by the SDK, because the first answer was lost, finds its own write.
      const isOwn =
        generation === tried?.generation && stored.rebuild?.startedAt === rebuild.startedAt;
      if (generation !== undefined) return isOwn ? tried : undefined;
      tried = { generation: stored.nextGeneration, definition };
      if (await beginOnce(client, table, view, tried, rebuild)) return tried;
    }
    return undefined;
  },
  find: async (view) => (await findRecord(client, table, view))?.rebuild,
  progress: async (view, generation) => {
    const segments: SegmentProgress[] = [];
    const items = queryItems(client, {
      TableName: table,
      KeyConditionExpression: "#view = :partition",
      ExpressionAttributeNames: { "#view": "view" },
      ExpressionAttributeValues: { ":partition": partitionOf(view, generation) },
      ConsistentRead: true,
    });
    for await (const item of items) segments.push(Progress.parse(item));
    return segments;
  },
  save: async (view, generation, progress) => {
    await saveProgress(client, table, partitionOf(view, generation), progress);
  },
  switchTo: async (view, generation, at, until) => {
    const stored = await findRecord(client, table, view);
    if (stored?.record.building?.generation !== generation) return false;
    if (await switchOnce(client, table, stored, at, until)) return true;
    // As above, the write may have been its own.
    const { record, rebuild } = (await findRecord(client, table, view)) ?? stored;
    return record.live.generation === generation && rebuild?.finishedAt === at;
  },
});
