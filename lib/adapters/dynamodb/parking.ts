import { QueryCommand, TransactWriteCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod/mini";
import { retry } from "../../core/retry.ts";
import type { ParkedPair, Parking, ViewPair } from "../../core/view/view-control.ts";
import { readItems } from "./batches.ts";
import type { MeteredClient } from "./client.ts";
import { clock } from "./clock.ts";
import { isWritten } from "./conditional-write.ts";
import { isConflict, isUnanswered, reasonCodes } from "./failure.ts";
import { parkedAttribute, parkedPartition, recordKey } from "./view-record.ts";

/** Parked pairs on one page of a list. */
export const parkedPageSize = 100;

/** How long a change of a parking is tried: the counts of one view's record are written by whoever parks. */
const tryMs = 3_000;

type Note = Pick<ParkedPair, "reason" | "queued" | "dead">;

const StoredPair = z.object({
  item: z.string(),
  reason: z.string(),
  since: z.string(),
  queued: z.boolean(),
  dead: z.boolean(),
});

const keyOf = ({ view, generation, stream }: ViewPair) => ({
  view: parkedPartition(view, generation),
  item: stream,
});

const readPair = (view: string, generation: number, found: unknown): ParkedPair => {
  const { item, ...note } = StoredPair.parse(found);
  return { view, generation, stream: item, ...note };
};

/** Another writer came in between: nothing was written, and another look decides what there is to do. */
class Overtaken extends Error {
  override readonly name = "Overtaken";
}

const again = (action: () => Promise<void>): Promise<void> =>
  retry(
    clock,
    clock.now() + tryMs,
    (error) => error instanceof Overtaken || isConflict(error) || isUnanswered(error),
    action,
  );

const failedConditions = (error: unknown): readonly boolean[] =>
  reasonCodes(error).map((code) => code === "ConditionalCheckFailed");

/** Adds to the count in the view's record; refused when the view has none. */
const count = (table: string, { view, generation }: ViewPair, change: 1 | -1) => ({
  Update: {
    TableName: table,
    Key: recordKey(view),
    UpdateExpression: "ADD #parked :change",
    ConditionExpression: "attribute_exists(#live)",
    ExpressionAttributeNames: { "#parked": parkedAttribute(generation), "#live": "live" },
    ExpressionAttributeValues: { ":change": change },
  },
});

/** Changes what is noted of a parked pair; false when it is not parked. */
const changeNote = (client: MeteredClient, table: string, pair: ViewPair, note: Note) =>
  isWritten(
    client.meter,
    1,
    client.send(
      new UpdateCommand({
        TableName: table,
        Key: keyOf(pair),
        UpdateExpression: "SET #reason = :reason, #queued = :queued, #dead = :dead",
        ConditionExpression: "attribute_exists(#since)",
        ExpressionAttributeNames: {
          "#reason": "reason",
          "#queued": "queued",
          "#dead": "dead",
          "#since": "since",
        },
        ExpressionAttributeValues: {
          ":reason": note.reason,
          ":queued": note.queued,
          ":dead": note.dead,
        },
      }),
    ),
  );

const addPair = async (client: MeteredClient, table: string, pair: ViewPair, note: Note) => {
  const { reason, queued, dead } = note;
  const put = {
    TableName: table,
    Item: { ...keyOf(pair), reason, queued, dead, since: new Date(clock.now()).toISOString() },
    ConditionExpression: "attribute_not_exists(#since)",
    ExpressionAttributeNames: { "#since": "since" },
  };
  try {
    const TransactItems = [{ Put: put }, count(table, pair, 1)];
    await client.send(new TransactWriteCommand({ TransactItems }));
  } catch (error) {
    const [isParked, hasNoRecord] = failedConditions(error);
    if (isParked || hasNoRecord) client.meter.add({ writeUnits: 4 });
    if (isParked) throw new Overtaken(`${pair.stream} was parked meanwhile.`);
    if (hasNoRecord) throw new Error(`View ${pair.view} has no record.`);
    throw error;
  }
};

const removePair = async (client: MeteredClient, table: string, pair: ViewPair): Promise<void> => {
  const remove = {
    TableName: table,
    Key: keyOf(pair),
    ConditionExpression: "attribute_exists(#since)",
    ExpressionAttributeNames: { "#since": "since" },
  };
  try {
    const TransactItems = [{ Delete: remove }, count(table, pair, -1)];
    await client.send(new TransactWriteCommand({ TransactItems }));
  } catch (error) {
    const [isFree] = failedConditions(error);
    if (!isFree) throw error;
    client.meter.add({ writeUnits: 4 });
  }
};

/** The list of parked pairs, on DynamoDB; a pair and its count in the view's record change in one transaction. */
export const createParking = (client: MeteredClient, table: string): Parking => ({
  note: (pair, note) =>
    again(async () => {
      await changeNote(client, table, pair, note);
    }),
  park: (pair, note) =>
    again(async () => {
      if (await changeNote(client, table, pair, note)) return;
      await addPair(client, table, pair, note);
    }),
  unpark: (pair) => again(() => removePair(client, table, pair)),
  among: async (view, generation, streams) => {
    const keys = [...new Set(streams)].map((stream) => keyOf({ view, generation, stream }));
    const items = await readItems(client, table, keys);
    return items.map((item) => readPair(view, generation, item));
  },
  list: async (view, generation, after) => {
    const partition = parkedPartition(view, generation);
    const { Items = [], LastEvaluatedKey } = await client.send(
      new QueryCommand({
        TableName: table,
        KeyConditionExpression: "#view = :partition",
        ExpressionAttributeNames: { "#view": "view" },
        ExpressionAttributeValues: { ":partition": partition },
        ConsistentRead: true,
        Limit: parkedPageSize,
        ExclusiveStartKey: after === undefined ? undefined : { view: partition, item: after },
      }),
    );
    const pairs = Items.map((item) => readPair(view, generation, item));
    const last = pairs.at(-1);
    return LastEvaluatedKey && last ? { pairs, next: last.stream } : { pairs };
  },
});
