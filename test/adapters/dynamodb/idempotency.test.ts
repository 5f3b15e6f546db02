import {
  ConditionalCheckFailedException,
  ResourceNotFoundException,
  ThrottlingException,
  TransactionConflictException,
} from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, GetCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import { marshall } from "@aws-sdk/util-dynamodb";
import { mockClient } from "aws-sdk-client-mock";
import { beforeEach, describe, expect, test } from "vitest";
import type { MeteredClient } from "../../../lib/adapters/dynamodb/client.ts";
import { createIdempotencyRecords } from "../../../lib/adapters/dynamodb/idempotency.ts";
import { meteredClient } from "./metered-client.ts";
import { pointSdkAt } from "./sdk-environment.ts";
import "aws-sdk-client-mock-vitest/extend";

pointSdkAt("http://127.0.0.1:1");
const dynamo = mockClient(DynamoDBDocumentClient);
const recordsBy = (client: MeteredClient) => createIdempotencyRecords(client, "idempotency");
const records = recordsBy(meteredClient());

const facts = { message: "no", $metadata: { httpStatusCode: 400 } };
const record = {
  key: "key",
  fingerprint: "fingerprint",
  answer: { streams: [{ stream: "account-1", version: 7, created: false, events: [] }] },
  expires: Math.floor(Date.now() / 1000) + 60,
};
const earlier = { ...record, fingerprint: "earlier" };
const met = new ConditionalCheckFailedException({ ...facts, Item: marshall(earlier) });

beforeEach(() => {
  dynamo.reset();
});

describe("keeping a first answer", () => {
  test("answers the record that stands, and counts the put that it cost", async () => {
    dynamo.on(PutCommand).rejects(met);
    const client = meteredClient();
    expect(await recordsBy(client).keep(record)).toEqual(earlier);
    expect(client.meter.used.writeUnits).toBe(1);
  });

  test("refuses as a conflict while a transaction writes the same key", async () => {
    dynamo.on(PutCommand).rejects(new TransactionConflictException(facts));
    const refusal = { name: "Refusal", kind: "conflict", facts: { retryAfter: 1 } };
    await expect(records.keep(record)).rejects.toMatchObject(refusal);
  });

  test("refuses as unavailable while the store is throttled", async () => {
    dynamo.on(PutCommand).rejects(new ThrottlingException(facts));
    const refusal = { name: "Refusal", kind: "unavailable" };
    await expect(records.keep(record)).rejects.toMatchObject(refusal);
  });

  test.each([
    ["a missing table", new ResourceNotFoundException(facts)],
    ["a refusal that does not tell what stands there", new ConditionalCheckFailedException(facts)],
  ])("throws on %s", async (_, fault) => {
    dynamo.on(PutCommand).rejects(fault);
    await expect(records.keep(record)).rejects.toBe(fault);
  });
});

describe("looking for a first answer", () => {
  test("reads strongly", async () => {
    dynamo.on(GetCommand).resolves({ Item: earlier });
    expect(await records.find("key")).toEqual(earlier);
    expect(dynamo).toHaveReceivedCommandWith(GetCommand, { ConsistentRead: true });
  });

  test("finds none in a record that has expired and is not removed yet", async () => {
    const expired = { ...earlier, expires: Math.floor(Date.now() / 1000) };
    dynamo.on(GetCommand).resolves({ Item: expired });
    expect(await records.find("key")).toBeUndefined();
  });

  test("refuses as unavailable while the store is throttled", async () => {
    dynamo.on(GetCommand).rejects(new ThrottlingException(facts));
    const refusal = { name: "Refusal", kind: "unavailable" };
    await expect(records.find("key")).rejects.toMatchObject(refusal);
  });

  test("throws on what is not a record", async () => {
    dynamo.on(GetCommand).resolves({ Item: { key: "key" } });
    await expect(records.find("key")).rejects.toThrow("fingerprint");
  });
});
