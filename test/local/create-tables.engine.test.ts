import {
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  type DynamoDBClient,
  PutItemCommand,
  QueryCommand,
} from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { TableDefinition } from "../../lib/core/system/table.ts";
import { systemTables } from "../../lib/core/system/tables.ts";
import { createTables, streamArnOf } from "../../local/create-tables.ts";
import { type Engine, startEngine } from "../../local/engine.ts";
import { StartupFault } from "../../local/startup-fault.ts";
import { tablesAt } from "./engine-client.ts";

let engine: Engine;
let client: DynamoDBClient;

beforeAll(async () => {
  engine = await startEngine();
  client = tablesAt(engine.url);
});

afterAll(async () => {
  client.destroy();
  await engine.stop();
});

const describeTable = async (name: string) =>
  (await client.send(new DescribeTableCommand({ TableName: name }))).Table;

const bare = (name: string): TableDefinition => ({
  name,
  partitionKey: { name: "id", type: "S" },
  holds: "derived",
});

const byOwner = {
  name: "by-owner",
  partitionKey: { name: "owner", type: "S" },
  sortKey: { name: "id", type: "S" },
} as const;

test("makes every system table as it is defined, ready to be used", async () => {
  await createTables(client, systemTables);
  for (const { name, partitionKey, ...more } of systemTables) {
    const { sortKey }: Pick<TableDefinition, "sortKey"> = more;
    const table = await describeTable(name);
    expect(table?.TableStatus).toBe("ACTIVE");
    expect(table?.KeySchema?.map(({ AttributeName }) => AttributeName)).toEqual(
      sortKey ? [partitionKey.name, sortKey.name] : [partitionKey.name],
    );
  }
});

test("an index finds items by its keys", async () => {
  const table = { ...bare("indexed"), indexes: [byOwner] };
  await createTables(client, [table]);
  const Item = { id: { S: "one" }, owner: { S: "alice" } };
  await client.send(new PutItemCommand({ TableName: "indexed", Item }));
  expect(await idsOf("indexed", "alice")).toEqual(["one"]);
});

const idsOf = async (table: string, owner: string) => {
  const { Items = [] } = await client.send(
    new QueryCommand({
      TableName: table,
      IndexName: byOwner.name,
      KeyConditionExpression: "#owner = :owner",
      ExpressionAttributeNames: { "#owner": "owner" },
      ExpressionAttributeValues: { ":owner": { S: owner } },
    }),
  );
  return Items.map(({ id }) => id?.S);
};

test("streams carry new images, and only where the definition asks for them", async () => {
  await createTables(client, [{ ...bare("with-stream"), stream: true }, bare("without-stream")]);
  const streaming = await describeTable("with-stream");
  expect(streaming?.StreamSpecification).toEqual({
    StreamEnabled: true,
    StreamViewType: "NEW_IMAGE",
  });
  expect(await streamArnOf(client, "with-stream")).toBe(streaming?.LatestStreamArn);
  await expect(streamArnOf(client, "without-stream")).rejects.toThrow("without-stream");
});

test("items expire by the attribute that the definition names", async () => {
  await createTables(client, [{ ...bare("expiring"), timeToLive: "expires" }]);
  const { TimeToLiveDescription } = await client.send(
    new DescribeTimeToLiveCommand({ TableName: "expiring" }),
  );
  expect(TimeToLiveDescription).toMatchObject({
    AttributeName: "expires",
    TimeToLiveStatus: "ENABLED",
  });
});

test("a later start adds the tables that are new and leaves data alone", async () => {
  const old: TableDefinition = { ...bare("older"), stream: true, timeToLive: "expires" };
  await createTables(client, [old]);
  await client.send(new PutItemCommand({ TableName: "older", Item: { id: { S: "kept" } } }));
  const arn = await streamArnOf(client, "older");
  await createTables(client, [old, bare("newer")]);
  expect((await describeTable("older"))?.ItemCount).toBe(1);
  expect(await streamArnOf(client, "older")).toBe(arn);
  expect((await describeTable("newer"))?.TableStatus).toBe("ACTIVE");
});

test("a later start adds an index and a stream that a table lacks, items included", async () => {
  await createTables(client, [bare("grown")]);
  const Item = { id: { S: "one" }, owner: { S: "bob" } };
  await client.send(new PutItemCommand({ TableName: "grown", Item }));
  await createTables(client, [{ ...bare("grown"), indexes: [byOwner], stream: true }]);
  expect(await idsOf("grown", "bob")).toEqual(["one"]);
  expect(await streamArnOf(client, "grown")).toContain("grown");
});

test("refuses a table that was made with other keys", async () => {
  await createTables(client, [bare("rekeyed")]);
  const other = { ...bare("rekeyed"), partitionKey: { name: "sub", type: "S" } } as const;
  const refusal = await createTables(client, [other]).catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(StartupFault);
  expect(refusal).toMatchObject({ message: expect.stringMatching(/rekeyed.*id \(HASH\).*sub/) });
});
