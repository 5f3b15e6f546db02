import type { AttributeValue, ConsumedCapacity, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import { itemBytes, writeUnits } from "../lib/core/log/item-size.ts";
import type { Usage } from "../lib/core/meter.ts";

type Item = Record<string, AttributeValue>;

/** What a client has used so far. */
export interface Used extends Usage {
  /** Writes that were sent, refused ones included; a transaction is one. */
  readonly writes: number;
}

/** Counts what a client uses. */
export interface Tally {
  add(use: Partial<Used>): void;
  readonly used: Used;
}

const nothing: Used = { roundTrips: 0, readUnits: 0, writeUnits: 0, writes: 0 };

/** The sum of what several clients used. */
export const sumOf = (all: readonly Partial<Used>[]): Used =>
  all.reduce<Used>(
    (sum, { roundTrips = 0, readUnits = 0, writeUnits = 0, writes = 0 }) => ({
      roundTrips: sum.roundTrips + roundTrips,
      readUnits: sum.readUnits + readUnits,
      writeUnits: sum.writeUnits + writeUnits,
      writes: sum.writes + writes,
    }),
    nothing,
  );

/** A tally at zero; it takes as little time as it can, for that is measured too. */
export const createTally = (): Tally => {
  const sum = { ...nothing };
  return {
    add: ({ roundTrips = 0, readUnits = 0, writeUnits = 0, writes = 0 }) => {
      sum.roundTrips += roundTrips;
      sum.readUnits += readUnits;
      sum.writeUnits += writeUnits;
      sum.writes += writes;
    },
    get used() {
      return { ...sum };
    },
  };
};

/** A conditional write as the SDK sends it, alone or in a transaction. */
interface Write {
  readonly TableName?: string;
  readonly Item?: Item;
  readonly Key?: Item;
  readonly ExpressionAttributeValues?: Item;
}
interface Transaction {
  readonly TransactItems?: readonly Readonly<Record<string, Write>>[];
}

/** Units of the last successful update of each item: an update that is refused is charged for the item it met. */
const unitsKnown = new Map<string, number>();
const knownMax = 10_000;

const keyOf = ({ TableName, Key }: Write): string => JSON.stringify([TableName, Key]);

const rememberUpdate = (write: Write, units: number): void => {
  if (!write.Key || units === 0) return;
  if (unitsKnown.size >= knownMax) unitsKnown.clear();
  unitsKnown.set(keyOf(write), units);
};

/** What a write that its condition refused is charged: by its size in steps of 1 KB, as one that succeeds. */
const refusedUnits = (write: Write): number => {
  const brought = write.Item ?? write.ExpressionAttributeValues ?? {};
  const known = write.Key ? (unitsKnown.get(keyOf(write)) ?? 1) : 1;
  return Math.max(known, writeUnits(itemBytes(unmarshall(brought))));
};

/** Units that DynamoDB takes for a write that failed, which it does not report; 0 when it was no condition's fault. */
const unitsOfFailure = (error: unknown, input: Write & Transaction): number => {
  const { name = "" }: { name?: string } = Object(error);
  if (name === "ConditionalCheckFailedException") return refusedUnits(input);
  if (name !== "TransactionCanceledException") return 0;
  const writes = (input.TransactItems ?? []).flatMap((each) => Object.values(each));
  return writes.reduce((sum, write) => sum + 2 * refusedUnits(write), 0);
};

const unitsOf = (output: object): number => {
  const { ConsumedCapacity }: { ConsumedCapacity?: ConsumedCapacity | ConsumedCapacity[] } = output;
  if (!Array.isArray(ConsumedCapacity)) return ConsumedCapacity?.CapacityUnits ?? 0;
  return ConsumedCapacity.reduce((sum, { CapacityUnits = 0 }) => sum + CapacityUnits, 0);
};

type Kind = "read" | "write" | "other";
const kinds = new Map<string, Kind>();

const kindOf = (command = ""): Kind => {
  const known = kinds.get(command);
  if (known) return known;
  const isRead = /^(Get|BatchGet|TransactGet|Query|Scan)/.test(command);
  const isWrite = /^(Put|Update|Delete)Item|^(BatchWrite|TransactWrite)/.test(command);
  const kind = isRead ? "read" : isWrite ? "write" : "other";
  kinds.set(command, kind);
  return kind;
};

/**
 * Counts on a tally what a client uses, whoever made it: every attempt that is sent, what DynamoDB reports as consumed,
 * indexes included, and what it charges for refused writes without reporting it. Commands are asked to report.
 */
export const measured = <C extends DynamoDBClient | DynamoDBDocumentClient>(
  client: C,
  tally: Tally,
): C => {
  const { middlewareStack: stack }: Pick<DynamoDBClient, "middlewareStack"> = client;
  stack.add(
    (next, { commandName }) =>
      (args) => {
        if (kindOf(commandName) === "other") return next(args);
        return next({ ...args, input: { ...args.input, ReturnConsumedCapacity: "TOTAL" } });
      },
    { step: "initialize", name: "tallyAsks", priority: "low" },
  );
  stack.add(
    (next, { commandName }) =>
      async (args) => {
        const kind = kindOf(commandName);
        // Items are attribute values here, also those of a document client.
        const input: Write & Transaction = Object(args.input);
        try {
          const result = await next(args);
          const units = unitsOf(result.output);
          if (kind === "read") tally.add({ readUnits: units });
          if (kind === "write") tally.add({ writeUnits: units });
          if (commandName === "UpdateItemCommand") rememberUpdate(input, units);
          return result;
        } catch (error) {
          tally.add({ writeUnits: unitsOfFailure(error, input) });
          throw error;
        }
      },
    { step: "build", name: "tallyUnits" },
  );
  stack.add(
    (next, { commandName }) =>
      (args) => {
        tally.add({ roundTrips: 1, writes: kindOf(commandName) === "write" ? 1 : 0 });
        return next(args);
      },
    { step: "deserialize", name: "tallyAttempts", priority: "low" },
  );
  return client;
};

/** What was used between two readings of a tally. */
export const usedBetween = (before: Used, after: Used): Used => ({
  roundTrips: after.roundTrips - before.roundTrips,
  readUnits: after.readUnits - before.readUnits,
  writeUnits: after.writeUnits - before.writeUnits,
  writes: after.writes - before.writes,
});

/** What some work used, by the tally of the client that it was done with. */
export const usageOf = async <T>(
  tally: Tally,
  work: () => Promise<T>,
): Promise<{ readonly used: Used; readonly result: T }> => {
  const before = tally.used;
  const result = await work();
  return { used: usedBetween(before, tally.used), result };
};
