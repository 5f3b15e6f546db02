import { ScanCommand } from "@aws-sdk/lib-dynamodb";
import { rebuildPorts } from "../lambdas/read-side-ports.ts";
import {
  clientBounds,
  connect,
  createDocumentClient,
  type MeteredClient,
} from "../lib/adapters/dynamodb/client.ts";
import { inParallel } from "../lib/core/in-parallel.ts";
import { createMeter, type Usage } from "../lib/core/meter.ts";
import { type TableDefinition, tableVariable } from "../lib/core/system/table.ts";
import type { RebuildPorts } from "../lib/core/upkeep/rebuild.ts";
import { rebuildSegment } from "../lib/core/upkeep/rebuild-segment.ts";
import type { Work } from "../lib/core/upkeep/work-queue.ts";
import type { View } from "../lib/core/view/view.ts";
import { registry } from "../lib/domains/index.ts";
import type { EngineOptions } from "../local/engine.ts";
import { type BenchEngine, startBenchEngine } from "./engine.ts";

/** The read side on an engine, wired as its functions wire it; only the queue is in this process. */
export interface BenchReadSide {
  readonly engine: BenchEngine;
  /** Everything is one operation to it; `usedBy` tells what was used in between. */
  readonly client: MeteredClient;
  readonly ports: RebuildPorts;
  /** Does what rebuilds queue, so many messages at once, as the worker does; throws when a stream was parked. */
  drain(atOnce: number): Promise<void>;
  stop(): Promise<void>;
}

/** What a worker has before it queues the rest: its function's five minutes, less a margin. */
const workMs = 270_000;

/** The engine works off one request after the other, on a machine that it shares; a repeat would be counted twice. */
const engineSilenceMs = 60_000;

/** What the functions find in their environment. No message leaves this process, but the wiring asks for an address. */
const deploy = (tables: readonly TableDefinition[], url: string): void => {
  Object.assign(process.env, {
    ...Object.fromEntries(tables.map((table) => [tableVariable(table), table.name])),
    AWS_ENDPOINT_URL_DYNAMODB_STREAMS: url,
    AWS_ENDPOINT_URL_SQS: "http://127.0.0.1:9",
    WORK_QUEUE_URL: "http://127.0.0.1:9/queue",
    // As the local host has it.
    DOCUMENT_SEGMENTS: "1",
    POWERTOOLS_SERVICE_NAME: "bench",
    POWERTOOLS_LOG_LEVEL: "WARN",
    POWERTOOLS_METRICS_DISABLED: "true",
  });
};

/** A client keeps the address that it finds at its first request. */
const settle = (client: MeteredClient, table: string): Promise<unknown> =>
  client.send(new ScanCommand({ TableName: table, Limit: 1 }));

/** Starts an engine with every table of the system, on a file that may have a log already, and the read side on it. */
export const startReadSide = async (
  tableOf: (table: TableDefinition) => TableDefinition = (table) => table,
  options: EngineOptions = {},
): Promise<BenchReadSide> => {
  const tables = registry.tables.map(tableOf);
  const engine = await startBenchEngine(tables, options);
  deploy(tables, engine.url);
  const connection = connect(createDocumentClient({ ...clientBounds, silenceMs: engineSilenceMs }));
  const client = connection.metered(createMeter());
  await settle(client, tables[0]?.name ?? "");
  const messages: Work[] = [];
  const queue: RebuildPorts["queue"] = {
    send: async (works) => {
      messages.push(...works);
    },
  };
  const ports = rebuildPorts(client, queue);
  return {
    engine,
    client,
    ports,
    drain: async (atOnce) => {
      while (messages.length > 0)
        await inParallel(messages.splice(0), atOnce, async (work) => {
          if (work.kind === "catch-up") throw new Error(`${work.stream} could not be taken in.`);
          // Old rows are swept when their time is over, which is none of a rebuild's.
          if (work.kind === "segment") await rebuildSegment(ports, work, Date.now() + workMs);
        });
    },
    stop: async () => {
      connection.destroy();
      await engine.stop();
    },
  };
};

/** What some work uses of the store, by the system's own count; whatever else the client does meanwhile is counted, too. */
export const usedBy = async (
  { client: { meter } }: Pick<BenchReadSide, "client">,
  work: () => Promise<unknown>,
): Promise<Usage> => {
  const before = meter.used;
  await work();
  const after = meter.used;
  return {
    roundTrips: after.roundTrips - before.roundTrips,
    readUnits: after.readUnits - before.readUnits,
    writeUnits: after.writeUnits - before.writeUnits,
  };
};

/** A view by its name; throws when there is none. */
export const viewNamed = (name: string): View => {
  const view = registry.views.find((each) => each.name === name);
  if (!view) throw new Error(`There is no view ${name}.`);
  return view;
};
