import { UpdateCommand } from "@aws-sdk/lib-dynamodb";
import type { RebuildRecord, Rebuilds } from "../../core/upkeep/rebuild.ts";
import type { BuildRecord } from "../../core/view/view-control.ts";
import type { MeteredClient } from "./client.ts";
import { isWritten } from "./conditional-write.ts";
import { readProgress, saveProgress } from "./segment-progress.ts";
import {
  findRecord,
  parkedAttribute,
  progressPartition,
  recordKey,
  type StoredView,
} from "./view-record.ts";

/** How often a beginning is tried again because another one came in between. */
const beginsMax = 5;

/** Begins a build; the one that it takes the place of is retired at once. */
const beginOnce = (
  client: MeteredClient,
  table: string,
  { record: { view, building } }: StoredView,
  { generation, definition }: BuildRecord,
  rebuild: Pick<RebuildRecord, "segments" | "startedAt">,
): Promise<boolean> =>
  isWritten(
    client.meter,
    1,
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
  client: MeteredClient,
  table: string,
  { record: { view, live, building } }: StoredView,
  at: string,
  until: string,
): Promise<boolean> =>
  isWritten(
    client.meter,
    1,
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

const isOwn = ({ record, rebuild }: StoredView, { generation }: BuildRecord, at: string) =>
  record.building?.generation === generation && rebuild?.startedAt === at;

/** What is recorded of rebuilds, on DynamoDB: the latest one of a view is a part of the view's record. */
export const createRebuilds = (client: MeteredClient, table: string): Rebuilds => ({
  begin: async (view, definition, rebuild, insteadOf) => {
    let tried: BuildRecord | undefined;
    for (let attempt = 1; attempt <= beginsMax; attempt++) {
      const stored = await findRecord(client, table, view);
      if (!stored) throw new Error(`View ${view} has no record.`);
      const { building } = stored.record;
      // A repeat by the SDK, because the first answer was lost, finds its own write.
      if (tried && isOwn(stored, tried, rebuild.startedAt)) return tried;
      if (building && building.generation !== insteadOf) return undefined;
      tried = { generation: stored.nextGeneration, definition };
      if (await beginOnce(client, table, stored, tried, rebuild)) return tried;
    }
    return undefined;
  },
  find: async (view) => (await findRecord(client, table, view))?.rebuild,
  progress: (view, generation) => readProgress(client, table, progressPartition(view, generation)),
  save: (view, generation, progress, options) =>
    saveProgress(client, table, progressPartition(view, generation), progress, options),
  switchTo: async (view, generation, at, until) => {
    const stored = await findRecord(client, table, view);
    if (stored?.record.building?.generation !== generation) return false;
    if (await switchOnce(client, table, stored, at, until)) return true;
    // As above, the write may have been its own.
    const { record, rebuild } = (await findRecord(client, table, view)) ?? stored;
    return record.live.generation === generation && rebuild?.finishedAt === at;
  },
});
