import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { ScanCommand } from "@aws-sdk/lib-dynamodb";
import {
  type Connection,
  connect,
  type MeteredClient,
} from "../../../lib/adapters/dynamodb/client.ts";
import { createMeter } from "../../../lib/core/meter.ts";
import type { TableDefinition } from "../../../lib/core/system/table.ts";
import { createTables } from "../../../local/create-tables.ts";
import { type EngineOptions, startEngine } from "../../../local/engine.ts";
import { pointSdkAt } from "./sdk-environment.ts";

/** An engine with empty tables, the connection of a process that was deployed with it, and a client on that. */
export interface StartedStore {
  readonly url: string;
  readonly connection: Connection;
  readonly client: MeteredClient;
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
  const connection = connect();
  const client = connection.metered(createMeter());
  // A client looks its address up with its first request; from then on it keeps it.
  for (const { name } of tables) await client.send(new ScanCommand({ TableName: name, Limit: 1 }));
  return {
    url: engine.url,
    connection,
    client,
    stop: async () => {
      connection.destroy();
      await engine.stop();
    },
  };
};
