import {
  type AttributeValue,
  ConditionalCheckFailedException,
  PutItemCommand,
  QueryCommand,
  TransactionCanceledException,
} from "@aws-sdk/client-dynamodb";
import { TransactWriteCommand } from "@aws-sdk/lib-dynamodb";
import { marshall, unmarshall } from "@aws-sdk/util-dynamodb";
import type { IdempotencyRecord } from "../../core/command/idempotency.ts";
import { type Commit, parseCommit } from "../../core/log/commit.ts";
import type { Appended, EventReader, EventStore } from "../../core/log/event-store.ts";
import { itemBytes, writeUnits } from "../../core/log/item-size.ts";
import type { Meter } from "../../core/meter.ts";
import type { MeteredClient } from "./client.ts";
import { isConflict, isUnanswered, reasonCodes, summaryOf, whenAnswered } from "./failure.ts";
import { keepOnce, parseRecord } from "./idempotency.ts";

/** Real names of the tables that an append writes to. */
export interface EventStoreTables {
  readonly events: string;
  readonly idempotency: string;
}

const stored = (commit: Commit) => marshall(commit, { removeUndefinedValues: true });

const readCommit = (item: Record<string, AttributeValue>): Commit => parseCommit(unmarshall(item));

const putOnce = (table: string, commit: Commit) => ({
  TableName: table,
  Item: commit,
  ConditionExpression: "attribute_not_exists(#version)",
  ExpressionAttributeNames: { "#version": "version" },
  ReturnValuesOnConditionCheckFailure: "ALL_OLD" as const,
});

/**
 * What a refused put is charged: the larger of the item that it brought and the one that it met.
 */
const refusedUnits = (brought: object, met: object | undefined): number =>
  writeUnits(Math.max(itemBytes(brought), met ? itemBytes(met) : 0));

const refusedPut = (
  meter: Meter,
  { Item }: ConditionalCheckFailedException,
  commit: Commit,
): Appended => {
  const winner = Item && readCommit(Item);
  meter.add({ writeUnits: refusedUnits(commit, winner) });
  return { outcome: "conflict", winners: winner ? [winner] : [] };
};

const refusedTransaction = (
  meter: Meter,
  { CancellationReasons = [] }: TransactionCanceledException,
  commits: readonly Commit[],
  record: IdempotencyRecord | undefined,
): Appended => {
  const met = CancellationReasons.map(({ Item }) => Item && unmarshall(Item));
  const brought = record ? [...commits, record] : commits;
  const units = brought.reduce((sum, item, index) => sum + refusedUnits(item, met[index]), 0);
  meter.add({ writeUnits: 2 * units });
  const kept = met[commits.length];
  return {
    outcome: "conflict",
    winners: met.slice(0, commits.length).flatMap((item) => (item ? [parseCommit(item)] : [])),
    ...(kept ? { record: parseRecord(kept) } : {}),
  };
};

/** What a failed write means; anything but a conflict or a silent store is thrown on as a fault. */
const whyRefused = (
  meter: Meter,
  error: unknown,
  commits: readonly Commit[],
  record: IdempotencyRecord | undefined,
): Appended => {
  const [only] = commits;
  if (error instanceof ConditionalCheckFailedException && only)
    return refusedPut(meter, error, only);
  if (
    error instanceof TransactionCanceledException &&
    reasonCodes(error).includes("ConditionalCheckFailed")
  )
    return refusedTransaction(meter, error, commits, record);
  if (isConflict(error)) return { outcome: "conflict", winners: [] };
  if (isUnanswered(error)) return { outcome: "unsure", cause: summaryOf(error) };
  throw error;
};

const store = "The event store";

/** Reads the log on DynamoDB; refuses as `unavailable` while the store does not answer. */
export const createEventReader = (
  client: Pick<MeteredClient, "plain">,
  table: string,
): EventReader => {
  // The names of the keys go through aliases: DynamoDB reserves `stream`.
  const query = (versions: string, values: Record<string, unknown>, options: object) =>
    whenAnswered(
      store,
      client.plain.send(
        new QueryCommand({
          TableName: table,
          KeyConditionExpression: `#stream = :stream${versions}`,
          // An alias that is not used is refused.
          ExpressionAttributeNames: {
            "#stream": "stream",
            ...(versions && { "#version": "version" }),
          },
          ExpressionAttributeValues: marshall(values),
          ...options,
        }),
      ),
    );
  return {
    tail: async (stream, { upTo, limit, consistent }) => {
      const options = { ScanIndexForward: false, Limit: limit, ConsistentRead: consistent };
      const { Items = [] } =
        upTo === undefined
          ? await query("", { ":stream": stream }, options)
          : await query(" AND #version <= :upTo", { ":stream": stream, ":upTo": upTo }, options);
      return Items.map(readCommit);
    },
    range: async (stream, { from, to = Number.MAX_SAFE_INTEGER, limit, consistent }) => {
      if (to < from) return { commits: [] };
      const values = { ":stream": stream, ":from": from, ":to": to };
      const options = {
        ConsistentRead: consistent,
        ...(limit === undefined ? {} : { Limit: limit }),
      };
      const page = await query(" AND #version BETWEEN :from AND :to", values, options);
      const commits = (page.Items ?? []).map(readCommit);
      const last = page.LastEvaluatedKey?.version?.N;
      return last === undefined ? { commits } : { commits, next: Number(last) + 1 };
    },
  };
};

/**
 * The log on DynamoDB: one item a commit, one conditional put a command, one transaction for
 * several.
 */
export const createEventStore = (client: MeteredClient, tables: EventStoreTables): EventStore => {
  const write = (commits: readonly Commit[], record: IdempotencyRecord | undefined) => {
    const [only, ...others] = commits;
    if (only && others.length === 0 && !record)
      return client.plain.send(
        new PutItemCommand({ ...putOnce(tables.events, only), Item: stored(only) }),
      );
    return client.send(
      new TransactWriteCommand({
        TransactItems: [
          ...commits.map((commit) => ({ Put: putOnce(tables.events, commit) })),
          ...(record ? [{ Put: keepOnce(tables.idempotency, record) }] : []),
        ],
      }),
    );
  };
  return {
    ...createEventReader(client, tables.events),
    append: async (commits, record) => {
      try {
        await write(commits, record);
        return { outcome: "written" };
      } catch (error) {
        return whyRefused(client.meter, error, commits, record);
      }
    },
  };
};
