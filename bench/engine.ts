import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { TableDefinition } from "../lib/core/system/table.ts";
import { createTables } from "../local/create-tables.ts";
import { type EngineOptions, startEngine } from "../local/engine.ts";

/** A running engine with tables. */
export interface BenchEngine {
  readonly url: string;
  /** Makes more tables. */
  createTables(tables: readonly TableDefinition[]): Promise<void>;
  stop(): Promise<void>;
}

/**
 * A table without its stream: the engine would write each stream record in the same breath, which DynamoDB does not,
 * and which the tables of peers have not either.
 */
export const withoutStream = ({ stream: _, ...table }: TableDefinition): TableDefinition => table;

const endpointVariable = "AWS_ENDPOINT_URL_DYNAMODB";

/** Makes SDK clients that are created afterwards talk to the engine at an address. */
export const pointSdkAt = (url: string): void => {
  Object.assign(process.env, {
    [endpointVariable]: url,
    AWS_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: "nobody",
    AWS_SECRET_ACCESS_KEY: "nothing",
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true",
  });
};

/** Starts an engine of its own with these tables; SDK clients that are created until it stops talk to it. */
export const startBenchEngine = async (
  tables: readonly TableDefinition[],
  options: EngineOptions = {},
): Promise<BenchEngine> => {
  const engine = await startEngine(options);
  pointSdkAt(engine.url);
  const make = async (more: readonly TableDefinition[]): Promise<void> => {
    const maker = new DynamoDBClient({});
    await createTables(maker, more);
    maker.destroy();
  };
  try {
    await make(tables);
  } catch (error) {
    await engine.stop();
    throw error;
  }
  return {
    url: engine.url,
    createTables: make,
    stop: () => {
      // Whoever is started next must not look for an engine that is gone.
      if (process.env[endpointVariable] === engine.url) delete process.env[endpointVariable];
      return engine.stop();
    },
  };
};
