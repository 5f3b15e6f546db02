import {
  DynamoDBClient,
  ProvisionedThroughputExceededException,
  PutItemCommand,
  QueryCommand,
  RequestLimitExceeded,
  ResourceNotFoundException,
  ThrottlingException,
  TransactionConflictException,
} from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { marshall } from "@aws-sdk/util-dynamodb";
import { mockClient } from "aws-sdk-client-mock";
import { beforeEach, describe, expect, test } from "vitest";
import type { MeteredClient } from "../../../lib/adapters/dynamodb/client.ts";
import { createEventStore } from "../../../lib/adapters/dynamodb/event-store.ts";
import { newStream, sampleCommit } from "../../sample-commit.ts";
import { meteredClient } from "./metered-client.ts";
import { pointSdkAt } from "./sdk-environment.ts";
import { broken, cancelled, conditionFailed, facts, internal, unnamed } from "./sdk-errors.ts";
import "aws-sdk-client-mock-vitest/extend";

pointSdkAt("http://127.0.0.1:1");
// Single puts and reads of the log go through the plain client, transactions through the other.
const dynamo = mockClient(DynamoDBClient);
const documents = mockClient(DynamoDBDocumentClient);
const tables = { events: "events", idempotency: "idempotency" };
const storeBy = (client: MeteredClient) => createEventStore(client, tables);
const store = storeBy(meteredClient());

const [here, there] = [newStream(), newStream()];
const ours = [sampleCommit(here), sampleCommit(there)] as const;
const winnerHere = sampleCommit(here);
const record = {
  key: "key",
  fingerprint: "fingerprint",
  answer: { streams: [{ stream: here, version: 1, created: true, events: [] }] },
  expires: 2_000_000_000,
};

beforeEach(() => {
  dynamo.reset();
  documents.reset();
});

describe("appending one commit", () => {
  const append = (error: Error) => {
    dynamo.on(PutItemCommand).rejects(error);
    return store.append([ours[0]]);
  };

  test("is one conditional put that asks for what is in its way", async () => {
    dynamo.on(PutItemCommand).resolves({});
    expect(await store.append([ours[0]])).toEqual({ outcome: "written" });
    expect(dynamo).toHaveReceivedCommandExactlyOnceWith(PutItemCommand, {
      TableName: "events",
      Item: marshall(ours[0]),
      ConditionExpression: "attribute_not_exists(#version)",
      ExpressionAttributeNames: { "#version": "version" },
      ReturnValuesOnConditionCheckFailure: "ALL_OLD",
    });
    expect(dynamo.calls()).toHaveLength(1);
  });

  test("meets a conflict, and learns the winner from the refusal", async () => {
    const conflict = { outcome: "conflict", winners: [winnerHere] };
    expect(await append(conditionFailed(winnerHere))).toEqual(conflict);
  });

  test.each([
    ["a refusal that does not tell by whom", conditionFailed()],
    ["a transaction under way on its key", new TransactionConflictException(facts)],
  ])("meets a conflict: %s", async (_, error) => {
    expect(await append(error)).toEqual({ outcome: "conflict", winners: [] });
  });

  test.each([
    ["throughput exceeded", new ProvisionedThroughputExceededException(facts)],
    ["an account's limit exceeded", new RequestLimitExceeded(facts)],
    ["throttling", new ThrottlingException(facts)],
    ["a fault of the store", internal],
    ["a broken connection", broken],
  ])("is unsure after %s", async (_, error) => {
    const cause = expect.stringContaining(`${error.name}: ${error.message}`);
    expect(await append(error)).toEqual({ outcome: "unsure", cause });
  });

  test.each([
    ["no permission", unnamed("AccessDeniedException")],
    ["no table", new ResourceNotFoundException(facts)],
    ["a request that is not valid", unnamed("ValidationException")],
    ["a mistake of our own", new TypeError("not a function")],
  ])("throws on %s", async (_, fault) => {
    await expect(append(fault)).rejects.toBe(fault);
  });

  test("throws when what stands at its key is no commit", async () => {
    const strange = { ...winnerHere, format: 2 };
    await expect(append(conditionFailed(strange))).rejects.toThrow("is not a commit");
  });
});

describe("a refused append", () => {
  const unitsOf = async (commits: Parameters<typeof store.append>[0], error: Error) => {
    dynamo.onAnyCommand().rejects(error);
    documents.onAnyCommand().rejects(error);
    const client = meteredClient();
    await storeBy(client).append(commits, commits.length > 1 ? record : undefined);
    return client.meter.used.writeUnits;
  };
  const large = sampleCommit(here, undefined, { bytes: 2_500 });

  test("costs the unit of its put", async () => {
    expect(await unitsOf([ours[0]], conditionFailed(winnerHere))).toBe(1);
    expect(await unitsOf([ours[0]], conditionFailed())).toBe(1);
  });

  test("costs the larger of what it brought and what it met", async () => {
    expect(await unitsOf([large], conditionFailed(winnerHere))).toBe(3);
    expect(await unitsOf([ours[0]], conditionFailed(large))).toBe(3);
  });

  test("costs twice that in a transaction, for every action", async () => {
    expect(await unitsOf(ours, cancelled(winnerHere, "None", "None"))).toBe(6);
    expect(await unitsOf(ours, cancelled(large, "None", "None"))).toBe(10);
  });

  test("costs nothing when the store did not take it on", async () => {
    expect(await unitsOf([ours[0]], new ThrottlingException(facts))).toBe(0);
  });
});

describe("reading", () => {
  const reads = [
    ["a tail", () => store.tail(here, { limit: 4, consistent: false })],
    ["a range", () => store.range(here, { from: 1, consistent: true })],
  ] as const;

  test.each(reads)("%s is refused as unavailable while the store is silent", async (_, read) => {
    dynamo.on(QueryCommand).rejects(broken);
    const cause = expect.stringContaining("socket hang up");
    const refusal = { name: "Refusal", kind: "unavailable", cause };
    await expect(read()).rejects.toMatchObject(refusal);
  });

  test.each(reads)("%s throws faults on", async (_, read) => {
    const fault = unnamed("AccessDeniedException");
    dynamo.on(QueryCommand).rejects(fault);
    await expect(read()).rejects.toBe(fault);
  });

  test("a range that ends before it begins asks the store nothing", async () => {
    const empty = { commits: [] };
    expect(await store.range(here, { from: 5, to: 4, consistent: true })).toEqual(empty);
    expect(dynamo.calls()).toEqual([]);
  });

  test("is as consistent as it is asked to be", async () => {
    dynamo.on(QueryCommand).resolves({ Items: [] });
    await store.tail(here, { limit: 4, consistent: false });
    await store.tail(here, { limit: 4, consistent: true });
    await store.range(here, { from: 1, consistent: true });
    const consistency = dynamo
      .commandCalls(QueryCommand)
      .map(({ args: [{ input }] }) => input.ConsistentRead);
    expect(consistency).toEqual([false, true, true]);
  });
});
