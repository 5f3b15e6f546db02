import {
  ConditionalCheckFailedException,
  QueryCommand as PlainQueryCommand,
  PutItemCommand,
} from "@aws-sdk/client-dynamodb";
import {
  BatchGetCommand,
  BatchWriteCommand,
  DeleteCommand,
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
  type Connection,
  connect,
  createDocumentClient,
  type MeteredClient,
} from "../../../lib/adapters/dynamodb/client.ts";
import { createMeter, type Usage } from "../../../lib/core/meter.ts";
import {
  answer,
  type FailingServer,
  hangUp,
  refuse,
  startFailingServer,
} from "./failing-server.ts";
import { meteredClient } from "./metered-client.ts";
import { pointSdkAt } from "./sdk-environment.ts";

const TableName = "events";
const Key = { stream: "account-1" };
type Send = (client: MeteredClient) => Promise<object>;

const put: Send = (client) => client.send(new PutCommand({ TableName, Item: Key }));
const transact: Send = (client) =>
  client.send(new TransactWriteCommand({ TransactItems: [{ Put: { TableName, Item: Key } }] }));
const putPlainly: Send = ({ plain }) =>
  plain.send(new PutItemCommand({ TableName, Item: { stream: { S: "account-1" } } }));
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

/** What an operation of its own on a connection uses. */
const usedBy = async (
  work: (client: MeteredClient) => Promise<unknown>,
  connection: Connection = connect(),
): Promise<Usage> => {
  const meter = createMeter();
  await work(connection.metered(meter)).catch(() => undefined);
  return meter.used;
};

describe("the meter of an operation", () => {
  test.each<[string, Send]>([
    ["GetItem", (client) => client.send(new GetCommand({ TableName, Key }))],
    ["Query", (client) => client.send(new QueryCommand({ TableName }))],
    ["Scan", (client) => client.send(new ScanCommand({ TableName }))],
    ["Query", ({ plain }) => plain.send(new PlainQueryCommand({ TableName }))],
  ])("counts what %s reads", async (operation, send) => {
    server.next(answer(200, units(0.5)));
    const used = await usedBy(send);
    expect(used).toEqual({ roundTrips: 1, readUnits: 0.5, writeUnits: 0 });
    expect(server.received[0]).toMatchObject({
      operation,
      body: { ReturnConsumedCapacity: "TOTAL" },
    });
  });

  test.each<[string, Send]>([
    ["PutItem", put],
    ["PutItem", putPlainly],
    ["UpdateItem", (client) => client.send(new UpdateCommand({ TableName, Key }))],
    ["DeleteItem", (client) => client.send(new DeleteCommand({ TableName, Key }))],
  ])("counts what %s writes", async (operation, send) => {
    server.next(answer(200, units(3)));
    const used = await usedBy(send);
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
    const used = await usedBy(send);
    expect(used).toEqual({ roundTrips: 1, readUnits: 0, writeUnits: 0, ...expected });
    expect(server.received[0]).toMatchObject({
      operation,
      body: { ReturnConsumedCapacity: "TOTAL" },
    });
  });

  test("counts a read for a transaction that was done already", async () => {
    server.next(answer(200, units(4, { ReadCapacityUnits: 4 })));
    const used = await usedBy(transact);
    expect(used).toEqual({ roundTrips: 1, readUnits: 4, writeUnits: 0 });
  });

  describe.each([
    ["the client", put],
    ["its plain twin", putPlainly],
  ])("with %s", (_, send) => {
    test("counts every attempt of the SDK as a round trip", async () => {
      server.next(internal, hangUp, answer(200, units(1)));
      expect(await usedBy(send)).toEqual({ roundTrips: 3, readUnits: 0, writeUnits: 1 });
    });

    test.each([
      ["a fault", internal, 3],
      ["no answer", hangUp, 3],
      ["an answer that cannot be read", answer(200, '{"Attr'), 1],
    ])("counts attempts that all failed: %s", async (_, behaviour, roundTrips) => {
      server.next(behaviour);
      expect(await usedBy(send)).toEqual({ roundTrips, readUnits: 0, writeUnits: 0 });
      expect(server.received).toHaveLength(roundTrips);
    });

    test("counts a refusal, and throws on what the SDK threw", async () => {
      server.next(refuse("ConditionalCheckFailedException"));
      const client = meteredClient();
      const error: unknown = await send(client).catch((thrown) => thrown);
      expect(error).toBeInstanceOf(ConditionalCheckFailedException);
      expect(client.meter.used).toEqual({ roundTrips: 1, readUnits: 0, writeUnits: 0 });
    });

    test("loses nothing when a call fails among others", async () => {
      server.next(answer(200, units(1)), refuse("ValidationException"), answer(200, units(2)));
      const client = meteredClient();
      await send(client);
      await expect(send(client)).rejects.toThrow();
      await send(client);
      expect(client.meter.used).toEqual({ roundTrips: 3, readUnits: 0, writeUnits: 3 });
    });

    test("counts no round trip for what was never sent", async () => {
      pointSdkAt("no address");
      const client = meteredClient();
      await expect(send(client)).rejects.toThrow("Invalid URL");
      expect(client.meter.used).toEqual({ roundTrips: 0, readUnits: 0, writeUnits: 0 });
    });

    test("belongs to that operation alone, however operations overlap on a connection", async () => {
      server.next(answer(200, units(1)));
      const connection = connect();
      const sendMany = async (client: MeteredClient, count: number): Promise<void> => {
        for (let done = 0; done < count; done++) await send(client);
        client.meter.add({ writeUnits: count });
      };
      const counts = [1, 2, 3, 4, 5];
      const used = await Promise.all(
        counts.map((count) => usedBy((client) => sendMany(client, count), connection)),
      );
      expect(used).toEqual(
        counts.map((count) => ({ roundTrips: count, readUnits: 0, writeUnits: 2 * count })),
      );
    });

    test("counts failures on the operation's own, too", async () => {
      server.next(refuse("ValidationException"));
      const connection = connect();
      const failMany = async (client: MeteredClient, count: number): Promise<void> => {
        for (let done = 0; done < count; done++) await send(client).catch(() => undefined);
      };
      const counts = [1, 2, 3];
      const used = await Promise.all(
        counts.map((count) => usedBy((client) => failMany(client, count), connection)),
      );
      expect(used.map(({ roundTrips }) => roundTrips)).toEqual(counts);
    });
  });

  test("tells what was used so far, by both ways to speak", async () => {
    server.next(answer(200, units(1)));
    const client = meteredClient();
    await put(client);
    expect(client.meter.used).toEqual({ roundTrips: 1, readUnits: 0, writeUnits: 1 });
    await putPlainly(client);
    expect(client.meter.used).toEqual({ roundTrips: 2, readUnits: 0, writeUnits: 2 });
  });

  test("knows nothing of what the connection's clients are sent themselves", async () => {
    server.next(answer(200, units(1)));
    const documents = createDocumentClient();
    const connection = connect(documents);
    const meter = createMeter();
    await put(connection.metered(meter));
    await documents.send(new PutCommand({ TableName, Item: Key }));
    await connection.twin.send(new PutItemCommand({ TableName, Item: { stream: { S: "a" } } }));
    expect(server.received).toHaveLength(3);
    expect(meter.used).toEqual({ roundTrips: 1, readUnits: 0, writeUnits: 1 });
  });
});
