import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { type DynamoDBDocumentClient, ScanCommand } from "@aws-sdk/lib-dynamodb";
import { createDocumentClient } from "../../../lib/adapters/dynamodb/client.ts";
import type { TableDefinition } from "../../../lib/core/system/table.ts";
import { createTables } from "../../../local/create-tables.ts";
import { type EngineOptions, startEngine } from "../../../local/engine.ts";
import { pointSdkAt } from "./sdk-environment.ts";

/** An engine with empty tables, and the client of a process that was deployed with it. */
export interface StartedStore {
  readonly url: string;
  readonly client: DynamoDBDocumentClient;
  stop(): Promise<void>;
}

/** Starts an engine with these tables; SDK clients that are made afterwards talk to it. */
export const startStore = async (
  tables: readonly TableDefinition[],
  options: EngineOptions = {},
): Promise<StartedStore> => {
  const engine = await startEngine(options);
  pointSdkAt(engine.url);
  const maker = new DynamoDBClient({});
  await createTables(maker, tables);
  maker.destroy();
  const client = createDocumentClient();
  // A client looks its address up with its first request; from then on it keeps it.
  for (const { name } of tables) await client.send(new ScanCommand({ TableName: name, Limit: 1 }));
  return { url: engine.url, client, stop: engine.stop };
};
