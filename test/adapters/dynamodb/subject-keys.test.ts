import {
  ConditionalCheckFailedException,
  DynamoDBClient,
  ProvisionedThroughputExceededException,
  TransactionCanceledException,
  TransactionConflictException,
} from "@aws-sdk/client-dynamodb";
import {
  BatchGetCommand,
  BatchWriteCommand,
  DeleteCommand,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  TransactWriteCommand,
  UpdateCommand,
} from "@aws-sdk/lib-dynamodb";
import { mockClient } from "aws-sdk-client-mock";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { createDataKeyRows } from "../../../lib/adapters/dynamodb/data-keys.ts";
import { createSubjectKeyRows } from "../../../lib/adapters/dynamodb/subject-keys.ts";
import { Refusal } from "../../../lib/core/errors.ts";
import { meteredClient } from "./metered-client.ts";

const store = mockClient(DynamoDBDocumentClient);
const client = meteredClient(
  DynamoDBDocumentClient.from(new DynamoDBClient({ region: "us-east-1" })),
);
const table = "keys";
const rows = createSubjectKeyRows(client, table);
const dataKeys = createDataKeyRows(client, table);

beforeEach(() => store.reset());
afterAll(() => store.restore());

const said = (message: string) => ({ message, $metadata: { httpStatusCode: 400 } });
const throttled = new ProvisionedThroughputExceededException(said("Slow down"));
const refused = new ConditionalCheckFailedException(said("The conditional request failed"));
const canceled = (...codes: readonly string[]) =>
  new TransactionCanceledException({
    ...said("Transaction cancelled"),
    CancellationReasons: codes.map((Code) => ({ Code })),
  });

const key = { keyId: "k1", wrapped: Uint8Array.of(1), madeAt: "2030-01-01T00:00:00.000Z" };
const writes = {
  claim: () => rows.claim("ada", "2030_a", undefined),
  bury: () => rows.bury("ada", "2030-01-01T00:00:00.000Z"),
  add: () => dataKeys.add("ada", Uint8Array.of(1), key),
};

describe("a transaction on users' keys", () => {
  it.each(Object.entries(writes))("of %s is done, or says that it is not", async (_, write) => {
    store.on(TransactWriteCommand).resolvesOnce({});
    expect(await write()).toBe(true);
    for (const error of [
      canceled("ConditionalCheckFailed", "None"),
      canceled("TransactionConflict", "None"),
      canceled("None", "TransactionConflict"),
    ]) {
      store.reset();
      store.on(TransactWriteCommand).rejects(error);
      expect(await write()).toBe(false);
    }
  });

  it.each(Object.entries(writes))("of %s is refused while the store is busy", async (_, write) => {
    for (const error of [throttled, canceled("ThrottlingError", "None")]) {
      store.reset();
      store.on(TransactWriteCommand).rejects(error);
      await expect(write()).rejects.toMatchObject({
        kind: "unavailable",
        facts: { retryAfter: 1 },
      });
    }
  });

  it.each(Object.entries(writes))("of %s is a fault when it is malformed", async (_, write) => {
    store.on(TransactWriteCommand).rejectsOnce(canceled("None", "ValidationError"));
    await expect(write()).rejects.toThrow(TransactionCanceledException);
  });
});

describe("single writes and reads of users' keys", () => {
  it("say that they were not done when the row is another, or in other hands", async () => {
    for (const error of [refused, new TransactionConflictException(said("In use"))]) {
      store.reset();
      store.on(PutCommand).rejects(error);
      expect(await rows.record("ada", "2030_a", { keyId: "k1", own: true })).toBe(false);
      store.on(DeleteCommand).rejects(error);
      await expect(rows.release("ada", "2030_a")).resolves.toBeUndefined();
    }
  });

  it("are refused while the store is busy", async () => {
    store.on(GetCommand).rejects(throttled);
    await expect(rows.find("ada")).rejects.toMatchObject({
      kind: "unavailable",
      facts: { retryAfter: 1 },
    });
  });

  it("read strongly", async () => {
    store.on(GetCommand).resolves({});
    store.on(BatchGetCommand).resolves({ Responses: { [table]: [] } });
    store.on(QueryCommand).resolves({ Items: [] });
    await rows.find("ada");
    await dataKeys.lookUp([{ user: "ada", id: Uint8Array.of(1) }]);
    await rows.openErasures(5);
    await rows.removeDataKeys("ada");
    expect(store.commandCalls(GetCommand)[0]?.args[0].input.ConsistentRead).toBe(true);
    for (const { args } of store.commandCalls(QueryCommand))
      expect(args[0].input.ConsistentRead).toBe(true);
    const { RequestItems } = store.commandCalls(BatchGetCommand)[0]?.args[0].input ?? {};
    expect(RequestItems?.[table]?.ConsistentRead).toBe(true);
  });

  it("count a refused write, which is charged", async () => {
    const before = client.meter.used.writeUnits;
    store.on(TransactWriteCommand).rejects(canceled("ConditionalCheckFailed", "None"));
    await writes.claim();
    expect(client.meter.used.writeUnits).toBe(before + 4);
  });

  it("note the end of an erasure before they take it off the list", async () => {
    store.on(UpdateCommand).rejects(throttled);
    await expect(rows.finish("ada", "2030-01-08T00:00:00.000Z")).rejects.toThrow(Refusal);
    expect(store.commandCalls(DeleteCommand)).toHaveLength(0);
  });
});

describe("a look-up of data keys", () => {
  const ready = { state: "ready", claim: "2030_a", keyId: "k1", own: true };

  it("asks again for what DynamoDB left over", async () => {
    const subject = { user: "ada", item: "key", ...ready };
    const dataKey = { user: "ada", item: "data#AQ", ...key };
    const rest = { [table]: { Keys: [{ user: "ada", item: "data#AQ" }] } };
    store
      .on(BatchGetCommand)
      .resolvesOnce({ Responses: { [table]: [subject] }, UnprocessedKeys: rest })
      .resolvesOnce({ UnprocessedKeys: rest })
      .resolvesOnce({ Responses: { [table]: [dataKey] } });
    const [found] = await dataKeys.lookUp([{ user: "ada", id: Uint8Array.of(1) }]);
    expect(found).toEqual({ subject: ready, dataKey: key });
  });

  it("is refused when DynamoDB leaves everything over, again and again", async () => {
    const UnprocessedKeys = { [table]: { Keys: [{ user: "ada", item: "key" }] } };
    store.on(BatchGetCommand).resolves({ UnprocessedKeys });
    const names = [{ user: "ada", id: Uint8Array.of(1) }];
    await expect(dataKeys.lookUp(names)).rejects.toMatchObject({ kind: "unavailable" });
    expect(store.commandCalls(BatchGetCommand)).toHaveLength(6);
  });

  it("reads at most 100 rows at a time, and each row once", async () => {
    store.on(BatchGetCommand).resolves({ Responses: { [table]: [] } });
    const names = Array.from({ length: 120 }, (_, index) => ({
      user: `user ${index % 60}`,
      id: Uint8Array.of(index),
    }));
    const found = await dataKeys.lookUp(names);
    expect(found).toEqual(names.map(() => ({ subject: undefined, dataKey: undefined })));
    const sizes = store
      .commandCalls(BatchGetCommand)
      .map(({ args }) => args[0].input.RequestItems?.[table]?.Keys?.length);
    expect(sizes).toEqual([100, 80]);
  });
});

describe("the removal of data keys", () => {
  it("is not over while DynamoDB leaves some of them over", async () => {
    const items = [{ user: "ada", item: "data#AQ" }];
    store.on(QueryCommand).resolvesOnce({ Items: items }).resolves({ Items: [] });
    store.on(BatchWriteCommand).resolves({
      UnprocessedItems: { [table]: items.map((Key) => ({ DeleteRequest: { Key } })) },
    });
    expect(await rows.removeDataKeys("ada")).toBe(1);
    expect(await rows.removeDataKeys("ada")).toBe(0);
  });
});
