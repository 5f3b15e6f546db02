import {
  ConditionalCheckFailedException,
  ResourceNotFoundException,
} from "@aws-sdk/client-dynamodb";
import {
  BatchGetCommand,
  BatchWriteCommand,
  DynamoDBDocumentClient,
  QueryCommand,
  UpdateCommand,
} from "@aws-sdk/lib-dynamodb";
import { mockClient } from "aws-sdk-client-mock";
import { beforeEach, describe, expect, test } from "vitest";
import type { MeteredClient } from "../../../lib/adapters/dynamodb/client.ts";
import { createLedgerRows } from "../../../lib/adapters/dynamodb/ledger-rows.ts";
import { diary } from "../../sample-views.ts";
import { meteredClient } from "./metered-client.ts";
import { pointSdkAt } from "./sdk-environment.ts";
import "aws-sdk-client-mock-vitest/extend";

pointSdkAt("http://127.0.0.1:1");
const dynamo = mockClient(DynamoDBDocumentClient);
const rowsBy = (client: MeteredClient) => createLedgerRows(client, "view", diary, 3);
const rows = rowsBy(meteredClient());

const facts = { message: "no", $metadata: { httpStatusCode: 400 } };
const key = "a#jar-1#0000000000000001#0";
const query = { partition: "ann", range: {}, descending: true, limit: 10 };

beforeEach(() => {
  dynamo.reset();
});

describe("the rows of a ledger", () => {
  test("carry their generation in their keys", async () => {
    dynamo.on(BatchWriteCommand).resolves({});
    await rows.put([{ partition: "ann", sort: "a", key, values: { n: 1 } }]);
    const Item = { partition: "3#ann", sort: key, values: { n: 1 } };
    const RequestItems = { view: [{ PutRequest: { Item } }] };
    expect(dynamo).toHaveReceivedCommandWith(BatchWriteCommand, { RequestItems });
  });

  test("that many events share are written once, whoever else stands beside them", async () => {
    const shared = {
      partition: "ann",
      sort: "jar-1",
      key: "jar-1",
      values: { n: 1 },
      shared: true,
    };
    const standing = { partition: "3#ann", sort: "jar-1", values: { n: 1 }, shared: true };
    dynamo.on(BatchGetCommand).resolves({ Responses: { view: [standing] } });
    dynamo.on(BatchWriteCommand).resolves({});
    await rows.put([shared]);
    expect(dynamo).toHaveReceivedCommandTimes(BatchWriteCommand, 0);
    await rows.put([shared, { partition: "ann", sort: "a", key, values: { n: 1 } }]);
    const Item = { partition: "3#ann", sort: key, values: { n: 1 } };
    const RequestItems = { view: [{ PutRequest: { Item } }] };
    expect(dynamo).toHaveReceivedCommandWith(BatchWriteCommand, { RequestItems });
    expect(dynamo).toHaveReceivedCommandWith(BatchGetCommand, {
      RequestItems: {
        view: { Keys: [{ partition: "3#ann", sort: "jar-1" }], ConsistentRead: true },
      },
    });
  });

  test("are read strongly, so that none is missing that a checkpoint stands for", async () => {
    const item = { partition: "3#ann", sort: key, values: { n: 1 } };
    dynamo.on(QueryCommand).resolves({ Items: [item] });
    const row = { partition: "ann", sort: "a", key, values: { n: 1 } };
    expect(await rows.list(query)).toEqual([row]);
    expect(dynamo).toHaveReceivedCommandWith(QueryCommand, { ConsistentRead: true });
  });

  test("are not asked for beyond the page that is wanted", async () => {
    const items = [1, 2, 3].map((n) => ({
      partition: "3#ann",
      sort: `${n}#jar-1#1#0`,
      values: {},
    }));
    dynamo.on(QueryCommand).resolves({ Items: items, LastEvaluatedKey: items[2] });
    expect(await rows.list({ ...query, limit: 2 })).toHaveLength(2);
    expect(dynamo).toHaveReceivedCommandTimes(QueryCommand, 1);
  });

  test("are not asked for where none can be", async () => {
    expect(await rows.list({ ...query, partition: "x".repeat(2_050) })).toEqual([]);
    expect(await rows.list({ ...query, range: { from: "b", below: "a" } })).toEqual([]);
    expect(dynamo.calls()).toEqual([]);
  });

  test("are told from what is no row", async () => {
    dynamo.on(QueryCommand).resolves({ Items: [{ partition: "3#ann", sort: "odd" }] });
    await expect(rows.list(query)).rejects.toThrow("An item of view diary is no row");
  });
});

describe("a checkpoint", () => {
  test("that another one has passed is no error, and has its price", async () => {
    dynamo.on(UpdateCommand).rejects(new ConditionalCheckFailedException(facts));
    const client = meteredClient();
    await rowsBy(client).advance("jar-1", 4);
    expect(client.meter.used.writeUnits).toBe(1);
  });

  test("is asked for once, however often its stream is named", async () => {
    dynamo.on(BatchGetCommand).resolves({});
    await rows.checkpoints(["jar-1", "jar-1"]);
    const Keys = [{ partition: "3#@jar-1", sort: "checkpoint" }];
    const RequestItems = { view: { Keys, ConsistentRead: true } };
    expect(dynamo).toHaveReceivedCommandWith(BatchGetCommand, { RequestItems });
  });

  test("is not taken for advanced when its table is missing", async () => {
    const missing = new ResourceNotFoundException(facts);
    dynamo.on(UpdateCommand).rejects(missing);
    await expect(rows.advance("jar-1", 4)).rejects.toBe(missing);
  });
});
