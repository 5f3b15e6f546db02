import {
  ConditionalCheckFailedException,
  DynamoDBClient,
  GetItemCommand,
  ResourceNotFoundException,
  ThrottlingException,
} from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, PutCommand, QueryCommand } from "@aws-sdk/lib-dynamodb";
import { mockClient } from "aws-sdk-client-mock";
import { beforeEach, describe, expect, test } from "vitest";
import { createDocumentRows } from "../../../lib/adapters/dynamodb/document-rows.ts";
import { documentView, ownerIndex } from "../../../lib/core/view/document-view.ts";
import account from "../../../lib/domains/account/index.ts";
import { meteredClient } from "./metered-client.ts";
import { pointSdkAt } from "./sdk-environment.ts";
import "aws-sdk-client-mock-vitest/extend";

pointSdkAt("http://127.0.0.1:1");
const dynamo = mockClient(DynamoDBDocumentClient);
const plain = mockClient(DynamoDBClient);
const rows = createDocumentRows(meteredClient(), "view", documentView(account), 3);

const facts = { message: "no", $metadata: { httpStatusCode: 400 } };
const throttled = new ThrottlingException(facts);
const missing = new ResourceNotFoundException(facts);
const row = {
  stream: "account-1",
  version: 4,
  time: "2026-11-01T12:00:00.000Z",
  hash: Uint8Array.of(1),
  state: { schema: 1, state: null },
  entries: { [ownerIndex]: { partition: "ann", sort: "account-1" } },
};
const query = { index: ownerIndex, partition: "ann", descending: false, limit: 10 };

beforeEach(() => {
  dynamo.reset();
  plain.reset();
});

describe("a document row", () => {
  test("carries its generation in its key and in every index", async () => {
    dynamo.on(PutCommand).resolves({});
    await rows.put(row);
    const Item = { row: "3#account-1", ownerPartition: "3#ann", ownerSort: "account-1" };
    expect(dynamo).toHaveReceivedCommandWith(PutCommand, { Item: expect.objectContaining(Item) });
  });

  test("that a later one is in the way of is no error", async () => {
    dynamo.on(PutCommand).rejects(new ConditionalCheckFailedException(facts));
    expect(await rows.put(row)).toBe(false);
  });

  test.each([
    ["throttling", throttled],
    ["a missing table", missing],
  ])("is not taken for written after %s", async (_, error) => {
    dynamo.on(PutCommand).rejects(error);
    await expect(rows.put(row)).rejects.toBe(error);
  });

  test("that is not as it was written is refused", async () => {
    const Item = { row: { S: "3#account-1" }, stream: { S: "account-1" } };
    plain.on(GetItemCommand).resolves({ Item });
    await expect(rows.get("account-1", { consistent: true })).rejects.toThrow("version");
  });
});

describe("reading rows", () => {
  const reads = [
    ["one", () => rows.get("account-1", { consistent: false })],
    ["a list", () => rows.list(query)],
  ] as const;

  test.each(reads)("refuses %s as unavailable while the store is throttled", async (_, read) => {
    for (const client of [dynamo, plain]) client.onAnyCommand().rejects(throttled);
    await expect(read()).rejects.toMatchObject({ name: "Refusal", kind: "unavailable" });
  });

  test.each(reads)("throws faults on for %s", async (_, read) => {
    for (const client of [dynamo, plain]) client.onAnyCommand().rejects(missing);
    await expect(read()).rejects.toBe(missing);
  });

  test("goes on over pages without a row until the list ends", async () => {
    const LastEvaluatedKey = { row: "3#account-0" };
    dynamo
      .on(QueryCommand)
      .resolvesOnce({ Items: [], LastEvaluatedKey })
      .resolvesOnce({ Items: [] });
    expect(await rows.list(query)).toEqual([]);
    expect(dynamo).toHaveReceivedNthCommandWith(QueryCommand, 2, {
      ExclusiveStartKey: LastEvaluatedKey,
    });
  });
});
