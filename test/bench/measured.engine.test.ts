import { randomUUID } from "node:crypto";
import {
  DynamoDBClient,
  PutItemCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, GetCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type BenchEngine, startBenchEngine } from "../../bench/engine.ts";
import { createTally, measured, type Used, usageOf } from "../../bench/measured.ts";

const table = "things";
let engine: BenchEngine;

beforeAll(async () => {
  engine = await startBenchEngine([
    { name: table, partitionKey: { name: "id", type: "S" }, holds: "transient" },
  ]);
});

afterAll(() => engine.stop());

const used = (roundTrips: number, readUnits: number, writeUnits: number, writes: number): Used => ({
  roundTrips,
  readUnits,
  writeUnits,
  writes,
});

/** A client, and how to ask what some work with it used, a failure included. */
const counted = () => {
  const tally = createTally();
  const client = measured(new DynamoDBClient({}), tally);
  const usedBy = async (work: Promise<unknown>): Promise<Used> =>
    (await usageOf(tally, () => Promise.allSettled([work]))).used;
  return { client, usedBy };
};

const text = (bytes: number) => ({ S: "x".repeat(bytes) });
const putOnce = (id: string, bytes: number) => ({
  TableName: table,
  Item: { id: { S: id }, text: text(bytes) },
  ConditionExpression: "attribute_not_exists(id)",
});
const updateIf = (id: string, before: number) => ({
  TableName: table,
  Key: { id: { S: id } },
  UpdateExpression: "SET n = :after",
  ConditionExpression: "n = :before",
  ExpressionAttributeValues: { ":before": { N: String(before) }, ":after": { N: "1" } },
});

describe("a client that is measured", () => {
  test("is charged what the store reports, whether it speaks in attribute values or not", async () => {
    const { client, usedBy } = counted();
    const id = randomUUID();
    expect(await usedBy(client.send(new PutItemCommand(putOnce(id, 1_500))))).toEqual(
      used(1, 0, 2, 1),
    );
    const documents = DynamoDBDocumentClient.from(client);
    const get = new GetCommand({ TableName: table, Key: { id }, ConsistentRead: true });
    expect(await usedBy(documents.send(get))).toEqual(used(1, 1, 0, 0));
    const put = new PutCommand({ TableName: table, Item: { id: randomUUID() } });
    expect(await usedBy(documents.send(put))).toEqual(used(1, 0, 1, 1));
  });

  test("is charged for a put that was refused, by the size of what it brought", async () => {
    const { client, usedBy } = counted();
    const id = randomUUID();
    await client.send(new PutItemCommand(putOnce(id, 10)));
    const again = client.send(new PutItemCommand(putOnce(id, 2_500)));
    expect(await usedBy(again)).toEqual(used(1, 0, 3, 1));
  });

  test("is charged for an update that was refused, by the size of the item as last seen", async () => {
    const { client, usedBy } = counted();
    const id = randomUUID();
    const Item = { id: { S: id }, n: { N: "0" }, text: text(3_500) };
    await client.send(new PutItemCommand({ TableName: table, Item }));
    expect(await usedBy(client.send(new UpdateItemCommand(updateIf(id, 0))))).toEqual(
      used(1, 0, 4, 1),
    );
    expect(await usedBy(client.send(new UpdateItemCommand(updateIf(id, 0))))).toEqual(
      used(1, 0, 4, 1),
    );
  });

  test("is charged twice for each write of a transaction, done or cancelled", async () => {
    const { client, usedBy } = counted();
    const [one, two] = [randomUUID(), randomUUID()];
    const both = () =>
      client.send(
        new TransactWriteItemsCommand({
          TransactItems: [{ Put: putOnce(one, 10) }, { Put: putOnce(two, 1_500) }],
        }),
      );
    expect(await usedBy(both())).toEqual(used(1, 0, 6, 1));
    expect(await usedBy(both())).toEqual(used(1, 0, 6, 1));
  });

  test("is not charged for what the store could not understand", async () => {
    const { client, usedBy } = counted();
    const nowhere = new PutItemCommand({ TableName: "nowhere", Item: { id: { S: "1" } } });
    expect(await usedBy(client.send(nowhere))).toEqual(used(1, 0, 0, 1));
  });
});
