import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import {
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  UpdateCommand,
} from "@aws-sdk/lib-dynamodb";
import { marshall } from "@aws-sdk/util-dynamodb";
import { mockClient } from "aws-sdk-client-mock";
import { beforeEach, describe, expect, test } from "vitest";
import { createRebuilds } from "../../../lib/adapters/dynamodb/rebuilds.ts";
import { meteredClient } from "./metered-client.ts";
import { pointSdkAt } from "./sdk-environment.ts";

// The SDK repeats a write whose answer was lost; the repeat is refused by what the first attempt wrote.

pointSdkAt("http://127.0.0.1:1");
const dynamo = mockClient(DynamoDBDocumentClient);
const rebuilds = createRebuilds(meteredClient(), "control");

const at = "2026-11-01T12:00:00.000Z";
const later = "2026-11-01T12:15:00.000Z";
const facts = { message: "no", $metadata: { httpStatusCode: 400 } };
const refused = new ConditionalCheckFailedException(facts);
const live = { generation: 1, definition: 1 };
const building = { generation: 2, definition: 1 };
const record = { item: "diary", nextGeneration: 2, unbuilt: false, live, retired: {} };
const rebuild = { generation: 2, segments: 8, startedAt: at };
const begun = { ...record, nextGeneration: 3, building, rebuild };
const switched = {
  ...record,
  live: building,
  retired: { 1: { ...live, until: later } },
  rebuild: { ...rebuild, finishedAt: at },
};

const reads = (...records: readonly object[]): void => {
  const gets = dynamo.on(GetCommand);
  for (const Item of records) gets.resolvesOnce({ Item });
};

beforeEach(() => {
  dynamo.reset();
  dynamo.on(UpdateCommand).rejects(refused);
});

describe("beginning a rebuild whose answer was lost", () => {
  test("finds its own beginning", async () => {
    reads(record, begun);
    expect(await rebuilds.begin("diary", 1, { segments: 8, startedAt: at })).toEqual(building);
  });

  test("does not take the beginning of somebody else for its own", async () => {
    reads(record, begun);
    const lost = await rebuilds.begin("diary", 1, { segments: 8, startedAt: later });
    expect(lost).toBeUndefined();
  });
});

describe("a switch whose answer was lost", () => {
  test("finds that it was made", async () => {
    reads(begun, switched);
    expect(await rebuilds.switchTo("diary", 2, at, later)).toBe(true);
  });

  test("does not take the switch of somebody else for its own", async () => {
    reads(begun, switched);
    expect(await rebuilds.switchTo("diary", 2, later, later)).toBe(false);
  });
});

describe("saving progress whose answer was lost", () => {
  const from = { stream: "jar-1", version: 7 };
  const progress = {
    segment: 3,
    done: false,
    after: { stream: "jar-1", version: 9 },
    streams: 4,
    events: 20,
  };
  const stands = (item: object): void => {
    const Item = marshall(item);
    dynamo.on(PutCommand).rejects(new ConditionalCheckFailedException({ ...facts, Item }));
  };

  test("finds its own progress, whatever the order in which the store gives it", async () => {
    stands({ ...progress, after: { version: 9, stream: "jar-1" }, savedAt: at });
    expect(await rebuilds.save("diary", 2, progress, { at, from })).toBe(true);
  });

  test.each([
    { savedAt: later },
    { after: { stream: "jar-1", version: 10 } },
    { done: true },
    { events: 21 },
  ])("does not take the progress of another worker for its own: %o", async (theirs) => {
    stands({ ...progress, savedAt: at, ...theirs });
    expect(await rebuilds.save("diary", 2, progress, { at, from })).toBe(false);
  });
});
