import { marshall } from "@aws-sdk/util-dynamodb";
import type { DynamoDBRecord } from "aws-lambda";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import type { Commit, StoredEvent } from "../../lib/core/log/commit.ts";
import type { LocalBus } from "../../local/bus.ts";
import { lambdaRecord } from "../../local/stream-record.ts";
import { noteCommit } from "../core/notes.ts";
import { startTestBus } from "../local/endpoints.ts";
import { contextWith } from "./http/event.ts";

let bus: LocalBus;
let publisher: typeof import("../../lambdas/publisher.ts");
beforeAll(async () => {
  bus = await startTestBus();
  process.env.EVENT_BUS_NAME = "everfold";
  publisher = await import("../../lambdas/publisher.ts");
});
afterAll(() => bus.stop());

const logged: string[] = [];
beforeEach(() => {
  logged.length = 0;
  for (const stream of [process.stdout, process.stderr])
    vi.spyOn(stream, "write").mockImplementation((line) => {
      logged.push(String(line));
      return true;
    });
});
afterEach(() => {
  vi.restoreAllMocks();
});

const recordOf = (commit: Commit, eventName: "INSERT" | "MODIFY" = "INSERT"): DynamoDBRecord => {
  const image = marshall(commit);
  const { stream, version } = image;
  if (!stream || !version) throw new Error("A commit has no key.");
  const SequenceNumber = `${commit.stream}#${commit.version}`;
  const dynamodb = { Keys: { stream, version }, NewImage: image, SequenceNumber };
  return lambdaRecord({ eventName, dynamodb }, "arn:aws:dynamodb:stream");
};
const deposit: StoredEvent = { type: "MoneyDeposited", schema: 1, data: { amount: 12.34 } };
const unknown: StoredEvent = { type: "MoneyBurnt", schema: 1, data: {} };
const handle = (...Records: readonly DynamoDBRecord[]) =>
  publisher.handler({ Records: [...Records] }, contextWith(60_000));
const published = (stream: string) =>
  bus
    .recent(1000)
    .flatMap(({ detail }) => (detail.stream === stream ? [detail.version] : []))
    .toReversed();

describe("the publisher", () => {
  test("publishes what was committed, with personal values sealed and old events in today's shape", async () => {
    const owner = { name: Uint8Array.of(1, 2), email: Uint8Array.of(3, 4) };
    const opened: StoredEvent = {
      type: "AccountOpened",
      schema: 1,
      data: { owner, ownerId: "ada", currency: "USD", initialBalance: 0 },
    };
    expect(await handle(recordOf(noteCommit("account-1", 1, [opened, deposit])))).toEqual({
      batchItemFailures: [],
    });
    const [second, first] = bus.recent(2);
    expect(first).toMatchObject({
      source: "everfold.account",
      "detail-type": "AccountOpened",
      detail: {
        id: "account-1@1",
        data: { owner: { name: { $sealed: "AQI=" }, email: { $sealed: "AwQ=" } }, ownerId: "ada" },
      },
    });
    expect(second).toMatchObject({
      "detail-type": "MoneyDeposited",
      detail: { id: "account-1@2", schema: 2, data: { amount: 1234, currency: "USD" } },
    });
  });

  test("goes on from the first record that failed, and still publishes the other streams", async () => {
    const answer = await handle(
      recordOf(noteCommit("account-2", 1, [deposit])),
      recordOf(noteCommit("account-3", 1, [unknown])),
      recordOf(noteCommit("account-4", 1, [deposit])),
      recordOf(noteCommit("account-3", 2, [deposit])),
    );
    expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: "account-3#1" }] });
    expect([published("account-2"), published("account-3"), published("account-4")]).toEqual([
      [1],
      [],
      [1],
    ]);
    expect(logged.join("\n")).toContain("MoneyBurnt");
  });

  test("goes on from a later version that came first, when the earlier one failed", async () => {
    const answer = await handle(
      recordOf(noteCommit("account-5", 2, [deposit])),
      recordOf(noteCommit("account-5", 1, [unknown])),
    );
    expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: "account-5#2" }] });
    expect(published("account-5")).toEqual([]);
  });

  test("goes on from an item that is no commit, and publishes what else is in the batch", async () => {
    const key = { stream: { S: "account-8" }, version: { N: "1" } };
    const dynamodb = { Keys: key, NewImage: key, SequenceNumber: "account-8#1" };
    const shapeless = lambdaRecord({ eventName: "INSERT", dynamodb }, "arn:aws:dynamodb:stream");
    expect(await handle(shapeless, recordOf(noteCommit("account-9", 1, [deposit])))).toEqual({
      batchItemFailures: [{ itemIdentifier: "account-8#1" }],
    });
    expect(published("account-9")).toEqual([1]);
    expect(logged.join("\n")).toContain("A commit could not be read.");
  });

  test("publishes nothing of a commit that somebody changed, and tells of it", async () => {
    expect(await handle(recordOf(noteCommit("account-6", 1, [deposit]), "MODIFY"))).toEqual({
      batchItemFailures: [],
    });
    expect(published("account-6")).toEqual([]);
    expect(logged.join("\n")).toContain("The event table was changed.");
  });
});
