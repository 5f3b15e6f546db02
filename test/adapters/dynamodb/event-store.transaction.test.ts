import {
  DynamoDBClient,
  IdempotentParameterMismatchException,
  TransactionCanceledException,
  TransactionInProgressException,
} from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, TransactWriteCommand } from "@aws-sdk/lib-dynamodb";
import { mockClient } from "aws-sdk-client-mock";
import { beforeEach, describe, expect, test } from "vitest";
import { createEventStore } from "../../../lib/adapters/dynamodb/event-store.ts";
import { newStream, sampleCommit } from "../../sample-commit.ts";
import { meteredClient } from "./metered-client.ts";
import { pointSdkAt } from "./sdk-environment.ts";
import { broken, cancelled, facts, internal, unnamed } from "./sdk-errors.ts";
import "aws-sdk-client-mock-vitest/extend";

pointSdkAt("http://127.0.0.1:1");
const dynamo = mockClient(DynamoDBDocumentClient);
const tables = { events: "events", idempotency: "idempotency" };
const store = createEventStore(meteredClient(), tables);

const [here, there] = [newStream(), newStream()];
const ours = [sampleCommit(here), sampleCommit(there)] as const;
const [winnerHere, winnerThere] = [sampleCommit(here), sampleCommit(there)];
const record = {
  key: "key",
  fingerprint: "fingerprint",
  answer: { streams: [{ stream: here, version: 1, created: true, events: [] }] },
  expires: 2_000_000_000,
};
const kept = { ...record, fingerprint: "earlier" };

beforeEach(() => {
  dynamo.reset();
});

describe("appending in a transaction", () => {
  const append = (error: Error, withRecord = true) => {
    dynamo.on(TransactWriteCommand).rejects(error);
    return store.append(ours, withRecord ? record : undefined);
  };

  test("puts every commit and the record, each under its own condition", async () => {
    dynamo.on(TransactWriteCommand).resolves({});
    expect(await store.append(ours, record)).toEqual({ outcome: "written" });
    const puts = [...ours, record].map((Item) => ({
      Put: expect.objectContaining({
        Item,
        ConditionExpression: expect.stringContaining("attribute_not_exists"),
        ReturnValuesOnConditionCheckFailure: "ALL_OLD",
      }),
    }));
    expect(dynamo).toHaveReceivedCommandWith(TransactWriteCommand, { TransactItems: puts });
    expect(dynamo.calls()).toHaveLength(1);
  });

  test("is needed for one commit with a record, not for one without", async () => {
    dynamo.onAnyCommand().resolves({});
    await store.append([ours[0]], record);
    expect(dynamo).toHaveReceivedCommandTimes(TransactWriteCommand, 1);
    const plain = mockClient(DynamoDBClient).onAnyCommand().resolves({});
    await store.append([ours[0]]);
    expect(plain.calls()).toHaveLength(1);
    expect(dynamo).toHaveReceivedCommandTimes(TransactWriteCommand, 1);
  });

  test.each([
    ["the first stream", cancelled(winnerHere, "None", "None"), [winnerHere]],
    ["the second stream", cancelled("None", winnerThere, "None"), [winnerThere]],
    ["both", cancelled(winnerHere, winnerThere, "None"), [winnerHere, winnerThere]],
    ["one it does not tell", cancelled("ConditionalCheckFailed", "None", "None"), []],
    [
      "one, and a transaction",
      cancelled("TransactionConflict", winnerThere, "None"),
      [winnerThere],
    ],
    ["one, while throttled", cancelled(winnerHere, "ThrottlingError", "None"), [winnerHere]],
    ["another transaction", cancelled("TransactionConflict", "None", "None"), []],
    ["that, while throttled", cancelled("TransactionConflict", "ThrottlingError", "None"), []],
  ])("meets a conflict on %s", async (_, error, winners) => {
    expect(await append(error)).toEqual({ outcome: "conflict", winners });
  });

  test("learns the first answer when the request was carried out before", async () => {
    const known = { outcome: "conflict", winners: [], record: kept };
    expect(await append(cancelled("None", "None", kept))).toEqual(known);
  });

  test("learns winners and the first answer together", async () => {
    const both = { outcome: "conflict", winners: [winnerThere], record: kept };
    expect(await append(cancelled("None", winnerThere, kept))).toEqual(both);
  });

  test("takes no commit for a record when it brought none", async () => {
    const conflict = { outcome: "conflict", winners: [winnerThere] };
    expect(await append(cancelled("None", winnerThere), false)).toEqual(conflict);
  });

  test.each([
    ["throttling", cancelled("ThrottlingError", "None", "None")],
    ["a throttled key", cancelled("None", "ProvisionedThroughputExceeded", "None")],
    ["its own earlier attempt under way", new TransactionInProgressException(facts)],
    ["a fault of the store", internal],
    ["a broken connection", broken],
  ])("is unsure after %s", async (_, error) => {
    const cause = expect.stringContaining(`${error.name}: ${error.message}`);
    expect(await append(error)).toEqual({ outcome: "unsure", cause });
  });

  test.each([
    ["an action that is not valid", cancelled("ValidationError", "None", "None")],
    ["one besides throttling", cancelled("ValidationError", "ThrottlingError", "None")],
    ["an item collection that is full", cancelled("ItemCollectionSizeLimitExceeded", "None")],
    ["no reason at all", new TransactionCanceledException(facts)],
    ["another request under its token", new IdempotentParameterMismatchException(facts)],
    ["no permission", unnamed("AccessDeniedException")],
  ])("throws on %s", async (_, fault) => {
    await expect(append(fault)).rejects.toBe(fault);
  });
});
