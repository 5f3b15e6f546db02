import { PutItemCommand } from "@aws-sdk/client-dynamodb";
import {
  BatchGetCommand,
  BatchWriteCommand,
  DeleteCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  ScanCommand,
  TransactGetCommand,
  TransactWriteCommand,
  UpdateCommand,
} from "@aws-sdk/lib-dynamodb";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  countRefusedWrite,
  createDocumentClient,
  plainClient,
  usedSoFar,
  withMeter,
} from "../../../lib/adapters/dynamodb/client.ts";
import { createMeter, type Usage } from "../../../lib/core/meter.ts";
import {
  answer,
  type FailingServer,
  hangUp,
  refuse,
  startFailingServer,
} from "./failing-server.ts";
import { pointSdkAt } from "./sdk-environment.ts";

const TableName = "events";
const Key = { stream: "account-1" };
type Send = (client: DynamoDBDocumentClient) => Promise<object>;

const put: Send = (client) => client.send(new PutCommand({ TableName, Item: Key }));
const transact: Send = (client) =>
  client.send(new TransactWriteCommand({ TransactItems: [{ Put: { TableName, Item: Key } }] }));
const internal = refuse("InternalServerError", {}, 500);

let server: FailingServer;

beforeEach(async () => {
  server = await startFailingServer();
  pointSdkAt(server.url);
});

afterEach(() => server.stop());

const units = (CapacityUnits: number, more = {}) => ({
  ConsumedCapacity: { TableName, CapacityUnits, ...more },
});

const usedBy = async (work: () => Promise<unknown>): Promise<Usage> => {
  const meter = createMeter();
  await withMeter(meter, async () => {
    await work().catch(() => undefined);
  });
  return meter.used;
};

describe("the meter of a request", () => {
  test.each<[string, Send]>([
    ["GetItem", (client) => client.send(new GetCommand({ TableName, Key }))],
    ["Query", (client) => client.send(new QueryCommand({ TableName }))],
    ["Scan", (client) => client.send(new ScanCommand({ TableName }))],
  ])("counts what %s reads", async (operation, send) => {
    server.next(answer(200, units(0.5)));
    const used = await usedBy(() => send(createDocumentClient()));
    expect(used).toEqual({ roundTrips: 1, readUnits: 0.5, writeUnits: 0 });
    expect(server.received[0]).toMatchObject({
      operation,
      body: { ReturnConsumedCapacity: "TOTAL" },
    });
  });

  test.each<[string, Send]>([
    ["PutItem", put],
    ["UpdateItem", (client) => client.send(new UpdateCommand({ TableName, Key }))],
    ["DeleteItem", (client) => client.send(new DeleteCommand({ TableName, Key }))],
  ])("counts what %s writes", async (operation, send) => {
    server.next(answer(200, units(3)));
    const used = await usedBy(() => send(createDocumentClient()));
    expect(used).toEqual({ roundTrips: 1, readUnits: 0, writeUnits: 3 });
    expect(server.received[0]).toMatchObject({
      operation,
      body: { ReturnConsumedCapacity: "TOTAL" },
    });
  });

  const [reads, writes] = [{ readUnits: 6 }, { writeUnits: 6 }];
  const batch = { ConsumedCapacity: [units(2).ConsumedCapacity, units(4).ConsumedCapacity] };
  const keys = { [TableName]: { Keys: [Key] } };
  const puts = { [TableName]: [{ PutRequest: { Item: Key } }] };
  const gets = [{ Get: { TableName, Key } }];

  test.each<[string, Send, Partial<Usage>]>([
    ["BatchGetItem", (client) => client.send(new BatchGetCommand({ RequestItems: keys })), reads],
    [
      "TransactGetItems",
      (client) => client.send(new TransactGetCommand({ TransactItems: gets })),
      reads,
    ],
    [
      "BatchWriteItem",
      (client) => client.send(new BatchWriteCommand({ RequestItems: puts })),
      writes,
    ],
    ["TransactWriteItems", transact, writes],
  ])("adds up what %s uses of several tables", async (operation, send, expected) => {
    server.next(answer(200, batch));
    const used = await usedBy(() => send(createDocumentClient()));
    expect(used).toEqual({ roundTrips: 1, readUnits: 0, writeUnits: 0, ...expected });
    expect(server.received[0]).toMatchObject({
      operation,
      body: { ReturnConsumedCapacity: "TOTAL" },
    });
  });

  test("counts a read for a transaction that was done already", async () => {
    server.next(answer(200, units(4, { ReadCapacityUnits: 4 })));
    const client = createDocumentClient();
    const used = await usedBy(() => transact(client));
    expect(used).toEqual({ roundTrips: 1, readUnits: 4, writeUnits: 0 });
  });

  test("counts every attempt of the SDK as a round trip", async () => {
    server.next(internal, hangUp, answer(200, units(1)));
    const client = createDocumentClient();
    const used = await usedBy(() => put(client));
    expect(used).toEqual({ roundTrips: 3, readUnits: 0, writeUnits: 1 });
  });

  test("counts attempts that all failed", async () => {
    server.next(internal);
    const client = createDocumentClient();
    const used = await usedBy(() => put(client));
    expect(used).toEqual({ roundTrips: 3, readUnits: 0, writeUnits: 0 });
  });

  test("belongs to that request alone, however requests overlap", async () => {
    server.next(answer(200, units(1)));
    const client = createDocumentClient();
    const putMany = async (count: number): Promise<void> => {
      for (let done = 0; done < count; done++) await put(client);
      countRefusedWrite(count);
    };
    const counts = [1, 2, 3, 4, 5];
    const used = await Promise.all(counts.map((count) => usedBy(() => putMany(count))));
    expect(used).toEqual(
      counts.map((count) => ({ roundTrips: count, readUnits: 0, writeUnits: 2 * count })),
    );
  });

  test("counts what the plain twin of a client uses, each command on its own request's", async () => {
    server.next(answer(200, units(1)));
    const plain = plainClient(createDocumentClient());
    const putMany = async (count: number): Promise<void> => {
      for (let done = 0; done < count; done++)
        await plain.send(new PutItemCommand({ TableName, Item: { stream: { S: "account-1" } } }));
    };
    const counts = [1, 2, 3, 4, 5];
    const used = await Promise.all(counts.map((count) => usedBy(() => putMany(count))));
    expect(used).toEqual(
      counts.map((count) => ({ roundTrips: count, readUnits: 0, writeUnits: count })),
    );
  });

  test("tells what was used so far, and nothing outside of a request", async () => {
    server.next(answer(200, units(1)));
    const client = createDocumentClient();
    await put(client);
    countRefusedWrite(1);
    expect(usedSoFar()).toBeUndefined();
    await withMeter(createMeter(), async () => {
      await put(client);
      expect(usedSoFar()).toEqual({ roundTrips: 1, readUnits: 0, writeUnits: 1 });
    });
  });
});
