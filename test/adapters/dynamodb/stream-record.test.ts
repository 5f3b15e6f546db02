import type { DynamoDBRecord } from "aws-lambda";
import { describe, expect, test } from "vitest";
import { commitOf } from "../../../lib/adapters/dynamodb/stream-record.ts";

const image = {
  stream: { S: "account-1" },
  version: { N: "3" },
  format: { N: "1" },
  events: {
    L: [
      {
        M: {
          type: { S: "Noted" },
          schema: { N: "2" },
          data: {
            M: {
              amount: { N: "0.1" },
              large: { N: "9007199254740991" },
              memo: { NULL: true },
              done: { BOOL: false },
              sealed: { B: "AP7/" },
              empty: { B: "" },
              list: { L: [{ L: [] }, { M: {} }] },
            },
          },
        },
      },
    ],
  },
  id: { B: "AAECAwQFBgcICQoLDA0ODw==" },
  time: { S: "2026-11-01T12:00:00.000Z" },
  owner: { S: "ann" },
  people: { L: [{ S: "ann" }] },
  actor: { S: "ann" },
  correlationId: { S: "correlation" },
  causationId: { S: "causation" },
  snapshot: { M: { schema: { N: "1" }, state: { NULL: true } } },
  snapshotVersion: { N: "2" },
  hash: { B: "CQ==" },
} satisfies NonNullable<DynamoDBRecord["dynamodb"]>["NewImage"];

const insert = (NewImage: NonNullable<DynamoDBRecord["dynamodb"]>["NewImage"]): DynamoDBRecord => ({
  eventName: "INSERT",
  dynamodb: { ...(NewImage ? { NewImage } : {}), SequenceNumber: "1" },
});

describe("a record of the event table's stream", () => {
  test("tells of the commit that was added", () => {
    expect(commitOf(insert(image))).toEqual({
      stream: "account-1",
      version: 3,
      format: 1,
      events: [
        {
          type: "Noted",
          schema: 2,
          data: {
            amount: 0.1,
            large: Number.MAX_SAFE_INTEGER,
            memo: null,
            done: false,
            sealed: Uint8Array.of(0, 254, 255),
            empty: new Uint8Array(0),
            list: [[], {}],
          },
        },
      ],
      id: Uint8Array.from({ length: 16 }, (_, index) => index),
      time: "2026-11-01T12:00:00.000Z",
      owner: "ann",
      people: ["ann"],
      actor: "ann",
      correlationId: "correlation",
      causationId: "causation",
      snapshot: { schema: 1, state: null },
      snapshotVersion: 2,
      hash: Uint8Array.of(9),
    });
  });

  test.each(["MODIFY", "REMOVE"] as const)("tells of no commit when it is a %s", (eventName) => {
    const dynamodb = { NewImage: image, OldImage: image };
    expect(commitOf({ eventName, dynamodb })).toBeUndefined();
  });

  test("is refused when the stream leaves the new image out", () => {
    expect(() => commitOf(insert(undefined))).toThrow("is not a commit");
  });

  test("is refused when it holds a type that no commit has", () => {
    const set = { ...image, people: { SS: ["ann"] } };
    expect(() => commitOf(insert(set))).toThrow("a type that no commit has: SS");
  });

  test("is refused when its format is unknown", () => {
    expect(() => commitOf(insert({ ...image, format: { N: "2" } }))).toThrow("format");
  });
});
