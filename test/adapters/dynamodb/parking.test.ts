import {
  ConditionalCheckFailedException,
  ResourceNotFoundException,
  TransactionCanceledException,
} from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, TransactWriteCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { mockClient } from "aws-sdk-client-mock";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { createParking } from "../../../lib/adapters/dynamodb/parking.ts";
import { meteredClient } from "./metered-client.ts";
import { pointSdkAt } from "./sdk-environment.ts";
import "aws-sdk-client-mock-vitest/extend";

vi.mock("node:timers/promises", () => ({ setTimeout: vi.fn(async () => {}) }));

pointSdkAt("http://127.0.0.1:1");
const dynamo = mockClient(DynamoDBDocumentClient);
const parking = createParking(meteredClient(), "control");

const pair = { view: "diary", generation: 3, stream: "jar-1" };
const note = { reason: "no", queued: false, dead: false };
const facts = { message: "no", $metadata: { httpStatusCode: 400 } };
const refused = new ConditionalCheckFailedException(facts);
const cancelled = (...codes: readonly string[]) =>
  new TransactionCanceledException({
    ...facts,
    CancellationReasons: codes.map((Code) => ({ Code })),
  });
const lost = Object.assign(new Error("socket hang up"), { code: "ECONNRESET" });

beforeEach(() => {
  dynamo.reset();
});

describe("parking", () => {
  test.each([
    ["another one was counted at the same time", cancelled("None", "TransactionConflict")],
    ["the table was throttled", cancelled("ThrottlingError", "None")],
    ["the store did not answer", lost],
  ])("is tried again when %s", async (_, error) => {
    dynamo.on(UpdateCommand).rejects(refused);
    dynamo.on(TransactWriteCommand).rejectsOnce(error).rejectsOnce(error).resolves({});
    await parking.park(pair, note);
    expect(dynamo).toHaveReceivedCommandTimes(TransactWriteCommand, 3);
  });

  test("changes the note when somebody else parked it in between", async () => {
    dynamo.on(UpdateCommand).rejectsOnce(refused).resolves({});
    dynamo.on(TransactWriteCommand).rejects(cancelled("ConditionalCheckFailed", "None"));
    await parking.park(pair, note);
    expect(dynamo).toHaveReceivedCommandTimes(UpdateCommand, 2);
    expect(dynamo).toHaveReceivedCommandTimes(TransactWriteCommand, 1);
  });

  test("is given up after a while", async () => {
    let now = 0;
    const time = vi.spyOn(Date, "now").mockImplementation(() => (now += 100));
    dynamo.on(UpdateCommand).rejects(refused);
    dynamo.on(TransactWriteCommand).rejects(cancelled("None", "TransactionConflict"));
    await expect(parking.park(pair, note)).rejects.toThrow(TransactionCanceledException);
    time.mockRestore();
    const { length } = dynamo.commandCalls(TransactWriteCommand);
    expect(length).toBeGreaterThan(5);
    expect(length).toBeLessThan(50);
  });

  test("fails at once when its table is missing", async () => {
    const missing = new ResourceNotFoundException(facts);
    dynamo.on(UpdateCommand).rejects(missing);
    await expect(parking.park(pair, note)).rejects.toBe(missing);
    expect(dynamo.calls()).toHaveLength(1);
  });
});

describe("the end of a parking", () => {
  test("is tried again when others are counted at the same time", async () => {
    const conflict = cancelled("None", "TransactionConflict");
    dynamo.on(TransactWriteCommand).rejectsOnce(conflict).resolves({});
    await parking.unpark(pair);
    expect(dynamo).toHaveReceivedCommandTimes(TransactWriteCommand, 2);
  });

  test("is done already when it was its own answer that was lost", async () => {
    const done = cancelled("ConditionalCheckFailed", "None");
    dynamo.on(TransactWriteCommand).rejectsOnce(lost).rejects(done);
    await parking.unpark(pair);
    expect(dynamo).toHaveReceivedCommandTimes(TransactWriteCommand, 2);
  });
});
