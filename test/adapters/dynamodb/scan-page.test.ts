import { DynamoDBDocumentClient, ScanCommand } from "@aws-sdk/lib-dynamodb";
import { mockClient } from "aws-sdk-client-mock";
import { beforeEach, describe, expect, test } from "vitest";
import { scanPage } from "../../../lib/adapters/dynamodb/scan-page.ts";
import { meteredClient } from "./metered-client.ts";
import { pointSdkAt } from "./sdk-environment.ts";
import { broken, internal, unnamed } from "./sdk-errors.ts";

pointSdkAt("http://127.0.0.1:1");
const dynamo = mockClient(DynamoDBDocumentClient);
const client = meteredClient();
const scan = { TableName: "log" };
const whole = { segment: 0, segments: 1 };

beforeEach(() => dynamo.reset());

describe("scanning a page", () => {
  test("asks strongly for one segment, after the place where the walk stopped", async () => {
    const next = { stream: "jar-2", version: 9 };
    dynamo.on(ScanCommand).resolves({ Items: [{ stream: "jar-2" }], LastEvaluatedKey: next });
    const after = { stream: "jar-1", version: 3 };
    const page = await scanPage(client, "The log", scan, { segment: 2, segments: 8, after });
    expect(page).toEqual({ items: [{ stream: "jar-2" }], next });
    expect(dynamo.commandCalls(ScanCommand).map(({ args: [{ input }] }) => input)).toEqual([
      { ...scan, Segment: 2, TotalSegments: 8, ExclusiveStartKey: after, ConsistentRead: true },
    ]);
  });

  test("is the last one when the store names no place to go on after", async () => {
    dynamo.on(ScanCommand).resolves({});
    expect(await scanPage(client, "The log", scan, whole)).toEqual({ items: [], next: undefined });
  });

  test.each([
    ["is throttled", unnamed("ProvisionedThroughputExceededException")],
    ["fails", internal],
    ["breaks the connection", broken],
  ])("refuses, to be asked again, while the store %s", async (_, error) => {
    dynamo.on(ScanCommand).rejects(error);
    await expect(scanPage(client, "The log", scan, whole)).rejects.toMatchObject({
      name: "Refusal",
      kind: "unavailable",
      message: expect.stringContaining("The log"),
    });
  });

  test("passes on what is nobody's busyness", async () => {
    dynamo.on(ScanCommand).rejects(unnamed("AccessDeniedException"));
    const refused = scanPage(client, "The log", scan, whole);
    await expect(refused).rejects.toMatchObject({ name: "AccessDeniedException" });
  });
});
