import { DynamoDBDocumentClient, QueryCommand } from "@aws-sdk/lib-dynamodb";
import { mockClient } from "aws-sdk-client-mock";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { clock } from "../../lambdas/clock.ts";
import { servedGenerations } from "../../lambdas/served-generations.ts";
import { tableVariable } from "../../lib/core/system/table.ts";
import { viewControlTable } from "../../lib/core/system/tables.ts";
import { meteredClient } from "../adapters/dynamodb/metered-client.ts";
import { pointSdkAt } from "../adapters/dynamodb/sdk-environment.ts";

pointSdkAt("http://127.0.0.1:1");
const dynamo = mockClient(DynamoDBDocumentClient);

const accounts = (generation: number) => ({
  Items: [
    {
      item: "accounts",
      nextGeneration: generation + 1,
      unbuilt: false,
      live: { generation, definition: 1 },
      retired: {},
    },
  ],
});

beforeEach(() => {
  dynamo.reset();
  vi.stubEnv(tableVariable(viewControlTable), viewControlTable.name);
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

describe("what is served of a view", () => {
  test("is read once for the operations of some seconds, and then again", async () => {
    dynamo.on(QueryCommand).resolvesOnce(accounts(7)).resolvesOnce(accounts(8));
    const now = vi.spyOn(clock, "now").mockReturnValue(10_000);
    const by = servedGenerations();
    expect(await by(meteredClient())("accounts")).toEqual([7]);
    now.mockReturnValue(14_999);
    expect(await by(meteredClient())("accounts")).toEqual([7]);
    expect(dynamo.commandCalls(QueryCommand)).toHaveLength(1);
    now.mockReturnValue(15_000);
    expect(await by(meteredClient())("accounts")).toEqual([8]);
    expect(dynamo.commandCalls(QueryCommand)).toHaveLength(2);
  });

  test("is the first build of a view that has no record", async () => {
    dynamo.on(QueryCommand).resolves({ Items: [] });
    expect(await servedGenerations()(meteredClient())("accounts")).toEqual([1]);
  });
});
