import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { PutItemCommand } from "@aws-sdk/client-dynamodb";
import {
  type DynamoDBDocumentClient,
  PutCommand,
  TransactWriteCommand,
} from "@aws-sdk/lib-dynamodb";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  type Connection,
  clientBounds,
  connect,
  createDocumentClient,
} from "../../../lib/adapters/dynamodb/client.ts";
import { createMeter } from "../../../lib/core/meter.ts";
import {
  answer,
  type Behaviour,
  type FailingServer,
  hangUp,
  refuse,
  stall,
  stallMidway,
  startFailingServer,
} from "./failing-server.ts";
import { pointSdkAt } from "./sdk-environment.ts";

const TableName = "events";
const Key = { stream: "account-1" };
type Send = (client: DynamoDBDocumentClient) => Promise<object>;

const put: Send = (client) => client.send(new PutCommand({ TableName, Item: Key }));
const transact: Send = (client) =>
  client.send(new TransactWriteCommand({ TransactItems: [{ Put: { TableName, Item: Key } }] }));
const hurried = { ...clientBounds, silenceMs: 400 };
const internal = refuse("InternalServerError", {}, 500);

let server: FailingServer;

beforeEach(async () => {
  server = await startFailingServer();
  pointSdkAt(server.url);
});

afterEach(() => server.stop());

describe("connections", () => {
  test("stay open between requests, however long the pause", async () => {
    const client = createDocumentClient(hurried);
    await put(client);
    await new Promise((resolve) => setTimeout(resolve, 1.5 * hurried.silenceMs));
    for (let done = 0; done < 20; done++) await put(client);
    expect(server.connections).toBe(1);
  });

  test("are opened for as many requests as there are at once, and used again", async () => {
    const client = createDocumentClient();
    const wave = () => Promise.all(Array.from({ length: 100 }, () => put(client)));
    await wave();
    const opened = server.connections;
    // More than the 50 that the SDK would open by itself.
    expect(opened).toBeGreaterThan(50);
    await wave();
    expect(server.connections).toBe(opened);
  });

  test("that broke are replaced without an error", async () => {
    const client = createDocumentClient();
    await put(client);
    server.next(hangUp, answer(200));
    await put(client);
    expect(server.received).toHaveLength(3);
  });
});

describe("a call that gets no answer", () => {
  test.each<[string, Behaviour]>([
    ["silence", stall],
    ["an answer that ends in the middle", stallMidway],
  ])("is given up after three attempts: %s", async (_, behaviour) => {
    server.next(behaviour);
    const client = createDocumentClient(hurried);
    await expect(put(client)).rejects.toMatchObject({
      name: "TimeoutError",
      $metadata: { attempts: 3 },
    });
    expect(server.received).toHaveLength(3);
  });

  test("ends early enough for another one", () => {
    const { attemptsMax, silenceMs } = clientBounds;
    // The call of a write that is not answered, and the one that looks what became of it.
    expect(2 * attemptsMax * silenceMs).toBeLessThan(15_000);
  });
});

describe("a transaction", () => {
  test("has one token over the attempts of the SDK, and a fresh one when sent again", async () => {
    server.next(internal, answer(200), answer(200));
    const client = createDocumentClient();
    await transact(client);
    await transact(client);
    const [first, again, other] = server.received.map(({ body }) => body.ClientRequestToken);
    expect(first).toEqual(expect.any(String));
    expect(again).toBe(first);
    expect(other).toEqual(expect.any(String));
    expect(other).not.toBe(first);
  });
});

describe("the plain twin of a client", () => {
  const putPlainly = ({ twin }: Connection, stream = "account-1") =>
    twin.send(new PutItemCommand({ TableName, Item: { stream: { S: stream } } }));

  test("uses the same connections", async () => {
    const client = createDocumentClient();
    const connection = connect(client);
    for (let done = 0; done < 5; done++) {
      await put(client);
      await putPlainly(connection);
    }
    expect(server.connections).toBe(1);
  });

  test("is one, however often it is asked for, and another one for another connection", () => {
    const connection = connect();
    expect(connection.twin).toBe(connection.twin);
    expect(connect().twin).not.toBe(connection.twin);
  });

  test("serves every operation of a connection, over one socket when they take turns", async () => {
    const connection = connect();
    for (let done = 0; done < 5; done++) {
      const { plain } = connection.metered(createMeter());
      await plain.send(new PutItemCommand({ TableName, Item: { stream: { S: "account-1" } } }));
    }
    expect(server.connections).toBe(1);
  });

  test("keeps commands apart that are under way at once", async () => {
    const connection = connect();
    const streams = Array.from({ length: 50 }, (_, number) => `account-${number}`);
    await Promise.all(streams.map((stream) => putPlainly(connection, stream)));
    const written = server.received.map(({ body }) => Object(body.Item).stream.S);
    expect(written.toSorted()).toEqual(streams.toSorted());
  });

  test("gives up after as many attempts", async () => {
    server.next(stall);
    await expect(putPlainly(connect(createDocumentClient(hurried)))).rejects.toMatchObject({
      name: "TimeoutError",
      $metadata: { attempts: 3 },
    });
    expect(server.received).toHaveLength(3);
  });
});

test.each([
  ["the client", () => createDocumentClient()],
  ["its plain twin", () => connect().twin],
])("the configuration of %s is one that V8 copies quickly", (_, make) => {
  setFlagsFromString("--allow-natives-syntax");
  const isQuick: (of: object) => boolean = runInNewContext("(of) => %HasFastProperties(of)");
  expect(isQuick(make().config)).toBe(true);
});
