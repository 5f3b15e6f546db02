import {
  ConditionalCheckFailedException,
  InternalServerError,
  ProvisionedThroughputExceededException,
  ResourceNotFoundException,
  TransactionCanceledException,
  TransactionConflictException,
  TransactionInProgressException,
} from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, PutCommand, TransactWriteCommand } from "@aws-sdk/lib-dynamodb";
import { mockClient } from "aws-sdk-client-mock";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { MeteredClient } from "../../../lib/adapters/dynamodb/client.ts";
import { createTallyRows } from "../../../lib/adapters/dynamodb/tally-rows.ts";
import type { ShardAddition } from "../../../lib/core/view/tally-view.ts";
import { purses, ranking } from "../../sample-views.ts";
import { answer, type FailingServer, refuse, startFailingServer } from "./failing-server.ts";
import { meteredClient } from "./metered-client.ts";
import { pointSdkAt } from "./sdk-environment.ts";
import "aws-sdk-client-mock-vitest/extend";

pointSdkAt("http://127.0.0.1:1");
const dynamo = mockClient(DynamoDBDocumentClient);
const rowsBy = (client: MeteredClient) => createTallyRows(client, "view", purses, 3);
const rows = rowsBy(meteredClient());

const addition: ShardAddition = {
  partition: "ann",
  sort: "coins",
  labels: { user: "ann" },
  sums: { coins: 5, count: 1 },
  shard: 2,
};
const write = {
  additions: [addition],
  checkpoints: [
    { stream: "jar-1", from: 0, to: 1 },
    { stream: "jar-2", from: 4, to: 6 },
  ],
};
const facts = { message: "no", $metadata: { httpStatusCode: 400 } };
const cancelled = (...codes: readonly string[]) =>
  new TransactionCanceledException({
    ...facts,
    CancellationReasons: codes.map((Code) => ({ Code })),
  });

beforeEach(() => {
  dynamo.reset();
});

describe("a transaction of a tally", () => {
  test("carries the generation in every key, of the index too", async () => {
    dynamo.on(TransactWriteCommand).resolves({});
    const { index, ...unindexed } = { ...addition, shard: 0, index: "in" };
    const indexed = createTallyRows(meteredClient(), "view", ranking, 3);
    await indexed.add({ ...write, additions: [{ ...unindexed, index }] });
    const [call] = dynamo.commandCalls(TransactWriteCommand);
    const [first, second, third] = call?.args[0].input.TransactItems ?? [];
    expect(first?.Put?.Item).toEqual({ partition: "3#@jar-1", sort: "checkpoint", version: 1 });
    expect(second?.Put?.Item).toEqual({ partition: "3#@jar-2", sort: "checkpoint", version: 6 });
    expect(third?.Update?.Key).toEqual({ partition: "3#ann", sort: "coins#0000" });
    const named = Object.entries(third?.Update?.ExpressionAttributeNames ?? {});
    const at = named.find(([, name]) => name === "kindPartition")?.[0].slice(1);
    expect(third?.Update?.ExpressionAttributeValues?.[`:${at}`]).toBe("3#in");
  });

  test.each([
    ["met another one", cancelled("None", "None", "TransactionConflict")],
    ["was throttled", cancelled("None", "None", "ThrottlingError")],
    ["found its table throttled", new ProvisionedThroughputExceededException(facts)],
    ["is still under way", new TransactionInProgressException({ ...facts, Message: "no" })],
    ["was not answered", new InternalServerError({ ...facts, $metadata: { httpStatusCode: 500 } })],
    ["was cut off", Object.assign(new Error("socket hang up"), { code: "ECONNRESET" })],
  ])("that %s may be tried again", async (_, error) => {
    dynamo.on(TransactWriteCommand).rejects(error);
    expect(await rows.add(write)).toBe("busy");
  });

  test("names the streams whose checkpoints stand elsewhere, and counts its price", async () => {
    dynamo.on(TransactWriteCommand).rejects(cancelled("None", "ConditionalCheckFailed", "None"));
    const client = meteredClient();
    expect(await rowsBy(client).add(write)).toEqual({ stale: ["jar-2"] });
    expect(client.meter.used.writeUnits).toBe(6);
  });

  test("that met another one and stands elsewhere is stale", async () => {
    const error = cancelled("ConditionalCheckFailed", "None", "TransactionConflict");
    dynamo.on(TransactWriteCommand).rejects(error);
    expect(await rows.add(write)).toEqual({ stale: ["jar-1"] });
  });

  test.each([
    ["a table that is missing", new ResourceNotFoundException(facts)],
    ["values that do not fit", cancelled("None", "None", "ValidationError")],
    ["a fault of this code", new TypeError("no")],
  ])("fails for %s", async (_, error) => {
    dynamo.on(TransactWriteCommand).rejects(error);
    await expect(rows.add(write)).rejects.toBe(error);
  });
});

describe("a checkpoint that moves by itself", () => {
  const recent = [{ partition: "ann", sort: "in", index: "in", at: 1_000 }];
  const move = { additions: [], checkpoints: [{ stream: "jar-1", from: 4, to: 5, recent }] };

  test("is put on the condition that it is where it starts from", async () => {
    dynamo.on(PutCommand).resolves({});
    expect(await rows.add(move)).toBe("written");
    expect(await rows.add({ ...move, checkpoints: [{ stream: "jar-1", from: 0, to: 1 }] })).toBe(
      "written",
    );
    const [later, first] = dynamo.commandCalls(PutCommand).map(({ args }) => args[0].input);
    const key = { partition: "3#@jar-1", sort: "checkpoint" };
    expect(later).toMatchObject({ ConditionExpression: "#version = :from" });
    expect(later?.ExpressionAttributeValues).toEqual({ ":from": 4 });
    expect(later?.Item).toEqual({ ...key, version: 5, recent });
    expect(first).toMatchObject({ ConditionExpression: "attribute_not_exists(#version)" });
    expect(first?.Item).toEqual({ ...key, version: 1 });
    expect(dynamo).not.toHaveReceivedCommand(TransactWriteCommand);
  });

  test("is stale when it stands elsewhere, at the price of a put", async () => {
    dynamo.on(PutCommand).rejects(new ConditionalCheckFailedException(facts));
    const client = meteredClient();
    expect(await rowsBy(client).add(move)).toEqual({ stale: ["jar-1"] });
    expect(client.meter.used.writeUnits).toBe(1);
  });

  test.each([
    ["met a transaction", new TransactionConflictException(facts)],
    ["was throttled", new ProvisionedThroughputExceededException(facts)],
    ["was not answered", new InternalServerError({ ...facts, $metadata: { httpStatusCode: 500 } })],
    ["was cut off", Object.assign(new Error("socket hang up"), { code: "ECONNRESET" })],
  ])("may be tried again when it %s", async (_, error) => {
    dynamo.on(PutCommand).rejects(error);
    expect(await rows.add(move)).toBe("busy");
  });

  test("fails for a table that is missing", async () => {
    const error = new ResourceNotFoundException(facts);
    dynamo.on(PutCommand).rejects(error);
    await expect(rows.add(move)).rejects.toBe(error);
  });
});

describe("the token of a transaction", () => {
  let server: FailingServer;
  beforeAll(async () => {
    server = await startFailingServer();
  });
  afterAll(() => server.stop());

  test("is the same for repeats by the SDK, and a fresh one for each attempt", async () => {
    dynamo.restore();
    pointSdkAt(server.url);
    const own = rowsBy(meteredClient());
    server.next(refuse("InternalServerError", {}, 500), answer(200));
    expect(await own.add(write)).toBe("written");
    expect(await own.add(write)).toBe("written");
    const [first, repeated, second] = server.received.map(({ body }) => body.ClientRequestToken);
    expect(first).toEqual(expect.any(String));
    expect(repeated).toBe(first);
    expect(second).not.toBe(first);
  });
});
