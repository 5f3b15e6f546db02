import { GetCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod/mini";
import type { RebuildRecord } from "../../core/upkeep/rebuild.ts";
import type { ViewRecord } from "../../core/view/view-control.ts";
import type { MeteredClient } from "./client.ts";

/** Partition that holds the records of all views, so that one query reads them. */
export const recordPartition = "records";

/** Key of a view's record. */
export const recordKey = (view: string) => ({ view: recordPartition, item: view });

const countPrefix = "parked_";

/** Attribute of a record that counts the parked streams of a generation. */
export const parkedAttribute = (generation: number): string => `${countPrefix}${generation}`;

/** Partition that holds the parked streams of one build. */
export const parkedPartition = (view: string, generation: number): string =>
  `parked#${view}#${generation}`;

/** Partition that holds the progress of the segments of one build. */
export const progressPartition = (view: string, generation: number): string =>
  `rebuild#${view}#${generation}`;

const Build = z.object({ generation: z.int(), definition: z.int() });

const StoredRecord = z.looseObject({
  item: z.string(),
  nextGeneration: z.int(),
  unbuilt: z.boolean(),
  live: Build,
  building: z.exactOptional(Build),
  /** By generation, so that one write can strike one of them. */
  retired: z.record(z.string(), z.extend(Build, { until: z.string() })),
  /** The latest rebuild, of the build that is being filled or of the last one that was. */
  rebuild: z.exactOptional(
    z.object({
      generation: z.int(),
      segments: z.int(),
      startedAt: z.string(),
      finishedAt: z.exactOptional(z.string()),
    }),
  ),
});

/** The record of a view as it is stored, with what only rebuilds need of it. */
export interface StoredView {
  readonly record: ViewRecord;
  readonly nextGeneration: number;
  readonly rebuild: RebuildRecord | undefined;
}

const countsIn = (attributes: Readonly<Record<string, unknown>>): ViewRecord["parked"] =>
  Object.fromEntries(
    Object.entries(attributes).flatMap(([name, count]) =>
      name.startsWith(countPrefix) && count !== 0
        ? [[name.slice(countPrefix.length), z.int().parse(count)]]
        : [],
    ),
  );

/** Reads the record of a view; throws when an item is none. */
export const readRecord = (item: unknown): StoredView => {
  const stored = StoredRecord.parse(item);
  const {
    item: view,
    nextGeneration,
    live,
    building,
    retired,
    unbuilt,
    rebuild,
    ...others
  } = stored;
  const record = {
    view,
    live,
    ...(building ? { building } : {}),
    retired: Object.values(retired).sort((left, right) => left.generation - right.generation),
    parked: countsIn(others),
    unbuilt,
  };
  return { record, nextGeneration, rebuild: rebuild && { view, ...rebuild } };
};

/** The record of one view, read strongly; undefined when it was never recorded. */
export const findRecord = async (
  client: Pick<MeteredClient, "send">,
  table: string,
  view: string,
): Promise<StoredView | undefined> => {
  const get = new GetCommand({ TableName: table, Key: recordKey(view), ConsistentRead: true });
  const { Item } = await client.send(get);
  return Item && readRecord(Item);
};
