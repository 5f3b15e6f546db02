import { DynamoDBClient, PutItemCommand, QueryCommand } from "@aws-sdk/client-dynamodb";
import type { TableDefinition } from "../lib/core/system/table.ts";
import type { Contender, Writer } from "./contender.ts";
import type { Deposit } from "./deposit.ts";
import { createTally, measured } from "./measured.ts";
import { placed, type Surroundings } from "./surroundings.ts";

const table: TableDefinition = {
  name: "bare-items",
  partitionKey: { name: "id", type: "S" },
  sortKey: { name: "version", type: "N" },
  holds: "log",
};

const itemOf = (id: string, version: number, { amount, currency, memo }: Deposit) => ({
  id: { S: id },
  version: { N: String(version) },
  amount: { N: String(amount) },
  currency: { S: currency },
  memo: { S: memo },
});

const start = (memory: Contender["memory"], surroundings: Surroundings): Writer => {
  const tally = createTally();
  const client = placed(measured(new DynamoDBClient({ maxAttempts: 3 }), tally), surroundings);
  const heads = new Map<string, number>();
  const read = (id: string) =>
    client.send(
      new QueryCommand({
        TableName: table.name,
        KeyConditionExpression: "id = :id",
        ExpressionAttributeValues: { ":id": { S: id } },
        ScanIndexForward: false,
        Limit: 1,
      }),
    );
  return {
    tally,
    deposit: async (id, deposit) => {
      if (memory === "cold") await read(id);
      const version = (heads.get(id) ?? 0) + 1;
      const Item = itemOf(id, version, deposit);
      await client.send(new PutItemCommand({ TableName: table.name, Item }));
      heads.set(id, version);
      return "accepted";
    },
    grow: async () => undefined,
    close: () => client.destroy(),
  };
};

/**
 * No event store at all: a put, and before it a query of one item where nothing is remembered. It decides nothing, checks
 * nothing and would lose updates; what it takes is what the engine and the SDK take.
 */
export const contenders: readonly Contender[] = (["cold", "warm"] as const).map((memory) => ({
  name: memory === "cold" ? "bare query and put" : "bare put",
  memory,
  tables: [table],
  start: (surroundings) => start(memory, surroundings),
}));
