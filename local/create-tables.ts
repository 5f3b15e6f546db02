import { setTimeout as sleep } from "node:timers/promises";
import {
  type AttributeDefinition,
  CreateTableCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  type DynamoDBClient,
  type GlobalSecondaryIndex,
  type KeySchemaElement,
  ResourceInUseException,
  ResourceNotFoundException,
  type StreamSpecification,
  type TableDescription,
  UpdateTableCommand,
  UpdateTimeToLiveCommand,
} from "@aws-sdk/client-dynamodb";
import type { KeyAttribute, TableDefinition, TableIndex } from "../lib/core/system/table.ts";
import { StartupFault } from "./startup-fault.ts";

type Keyed = Pick<TableDefinition, "partitionKey" | "sortKey">;

const activeMs = 30_000;
const pollMs = 20;
const stream: StreamSpecification = { StreamEnabled: true, StreamViewType: "NEW_IMAGE" };

const keysOf = ({ partitionKey, sortKey }: Keyed): KeyAttribute[] =>
  sortKey ? [partitionKey, sortKey] : [partitionKey];

const keySchema = (keyed: Keyed): KeySchemaElement[] =>
  keysOf(keyed).map(({ name }, index) => ({
    AttributeName: name,
    KeyType: index === 0 ? "HASH" : "RANGE",
  }));

const attributes = (...keyed: readonly Keyed[]): AttributeDefinition[] => {
  const named = new Map(keyed.flatMap(keysOf).map(({ name, type }) => [name, type]));
  return [...named].map(([name, type]) => ({ AttributeName: name, AttributeType: type }));
};

const secondaryIndex = (index: TableIndex): GlobalSecondaryIndex => ({
  IndexName: index.name,
  KeySchema: keySchema(index),
  Projection: { ProjectionType: "ALL" },
});

const describeTable = async (
  client: DynamoDBClient,
  name: string,
): Promise<TableDescription | undefined> => {
  try {
    const { Table } = await client.send(new DescribeTableCommand({ TableName: name }));
    return Table;
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return undefined;
    throw error;
  }
};

const untilActive = async (client: DynamoDBClient, name: string): Promise<TableDescription> => {
  const deadline = Date.now() + activeMs;
  while (Date.now() < deadline) {
    const table = await describeTable(client, name);
    const indexes = table?.GlobalSecondaryIndexes ?? [];
    const states = [table?.TableStatus, ...indexes.map(({ IndexStatus }) => IndexStatus)];
    // An engine that does not tell the state of an index has it ready at once.
    if (table && states.every((state) => state === "ACTIVE" || state === undefined)) return table;
    await sleep(pollMs);
  }
  throw new Error(`The table ${name} was not ready after ${activeMs} ms.`);
};

const create = async (client: DynamoDBClient, table: TableDefinition): Promise<void> => {
  const { name, indexes = [] } = table;
  try {
    await client.send(
      new CreateTableCommand({
        TableName: name,
        BillingMode: "PAY_PER_REQUEST",
        KeySchema: keySchema(table),
        AttributeDefinitions: attributes(table, ...indexes),
        ...(indexes.length > 0 && { GlobalSecondaryIndexes: indexes.map(secondaryIndex) }),
        ...(table.stream && { StreamSpecification: stream }),
      }),
    );
  } catch (error) {
    if (!(error instanceof ResourceInUseException)) throw error;
  }
};

/** Brings a table of an earlier start to its definition of today; rows that a new index lacks are filled in by the engine. */
const adapt = async (
  client: DynamoDBClient,
  table: TableDefinition,
  present: TableDescription,
): Promise<void> => {
  const { name, indexes = [] } = table;
  const known = present.GlobalSecondaryIndexes?.map(({ IndexName }) => IndexName) ?? [];
  for (const index of indexes.filter((wanted) => !known.includes(wanted.name))) {
    await client.send(
      new UpdateTableCommand({
        TableName: name,
        AttributeDefinitions: attributes(table, ...indexes),
        GlobalSecondaryIndexUpdates: [{ Create: secondaryIndex(index) }],
      }),
    );
    await untilActive(client, name);
  }
  if (table.stream && !present.StreamSpecification?.StreamEnabled)
    await client.send(new UpdateTableCommand({ TableName: name, StreamSpecification: stream }));
};

const refuseOtherKeys = (table: TableDefinition, present: TableDescription): void => {
  const text = (schema: readonly KeySchemaElement[] = []): string =>
    schema.map(({ AttributeName, KeyType }) => `${AttributeName} (${KeyType})`).join(", ");
  const [wanted, found] = [text(keySchema(table)), text(present.KeySchema)];
  if (wanted === found) return;
  throw new StartupFault(
    `The table ${table.name} was made with other keys: ${found} instead of ${wanted}.`,
    "Start on an empty directory (DATA_DIR=...), or delete this one.",
  );
};

const keepExpiring = async (
  client: DynamoDBClient,
  { name, timeToLive }: TableDefinition,
): Promise<void> => {
  if (timeToLive === undefined) return;
  const { TimeToLiveDescription } = await client.send(
    new DescribeTimeToLiveCommand({ TableName: name }),
  );
  if (TimeToLiveDescription?.TimeToLiveStatus?.startsWith("ENABL")) return;
  const specification = { AttributeName: timeToLive, Enabled: true };
  await client.send(
    new UpdateTimeToLiveCommand({ TableName: name, TimeToLiveSpecification: specification }),
  );
};

const ensure = async (client: DynamoDBClient, table: TableDefinition): Promise<void> => {
  if (!(await describeTable(client, table.name))) await create(client, table);
  const present = await untilActive(client, table.name);
  refuseOtherKeys(table, present);
  await adapt(client, table, present);
  await keepExpiring(client, table);
};

/**
 * Makes the tables that are missing, with their indexes and streams, and returns when all are ready; adds indexes and
 * streams that an existing table lacks. Refuses a table that was made with other keys.
 */
export const createTables = async (
  client: DynamoDBClient,
  tables: readonly TableDefinition[],
): Promise<void> => {
  await Promise.all(tables.map((table) => ensure(client, table)));
};

/** The ARN of a table's stream; throws when it has none. */
export const streamArnOf = async (client: DynamoDBClient, name: string): Promise<string> => {
  const arn = (await describeTable(client, name))?.LatestStreamArn;
  if (arn === undefined) throw new Error(`The table ${name} has no stream.`);
  return arn;
};
