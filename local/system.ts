import { join } from "node:path";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBStreamsClient } from "@aws-sdk/client-dynamodb-streams";
import { workQueue } from "../lib/core/system/queues.ts";
import type { HttpFunction } from "../lib/core/system/route.ts";
import { eventTable } from "../lib/core/system/tables.ts";
import { registry } from "../lib/domains/index.ts";
import { createTables, streamArnOf } from "./create-tables.ts";
import { openDataDirectory } from "./data-directory.ts";
import { type Endpoints, failuresIn, functionEnvironment, startEndpoints } from "./endpoints.ts";
import { keepDiscarded } from "./failure-destination.ts";
import { tellCreated } from "./failure-notice.ts";
import { callFunction, type LocalFunction } from "./function.ts";
import { applyEnvironment, type FunctionName, loadFunctions } from "./functions.ts";
import { startGateway } from "./gateway.ts";
import { openIssuer } from "./issuer.ts";
import { issuerRoutes, jsonAnswer, type LocalRoute, metricsRoute } from "./local-routes.ts";
import { followMetricLines } from "./metric-lines.ts";
import { createMetrics } from "./metrics.ts";
import { startQueuePump } from "./queue-pump.ts";
import { startSchedule } from "./schedule.ts";
import { errorText } from "./startup-fault.ts";
import { createStopper, type Stopper } from "./stopper.ts";
import { type PumpSettings, type StreamPump, startStreamPump } from "./stream-pump.ts";
import { verifiedTokens } from "./verified-tokens.ts";

/** Where the whole system runs, and how its stream is delivered. */
export interface SystemOptions {
  /** 0: any free port. */
  readonly port: number;
  readonly dataDir: string;
  readonly pump?: Partial<PumpSettings>;
  /** Origins of pages in browsers that may call; none by default. */
  readonly corsOrigins?: readonly string[];
  log?(line: string): void;
}

/** The whole system, running on this machine. */
export interface System {
  readonly url: string;
  /** The data directory's absolute path. */
  readonly dataDir: string;
  /** A token for a user, with these groups. */
  token(sub: string, groups?: readonly string[]): Promise<string>;
  /** Resolves when everything committed before this call has reached the views. */
  idle(): Promise<void>;
  /** Settles only when a part ends that the system cannot do without. */
  readonly died: Promise<Error>;
  /** Answers what is under way, then ends every part, within bounds; what was not delivered yet comes at the next start. */
  stop(): Promise<void>;
}

type FunctionByName = (name: FunctionName) => LocalFunction;

const stopPartMs = 15_000;
const busEventsShown = 100;
const minuteMs = 60_000;
const streamFunctions = ["projector", "publisher"] as const;
/** At the rates of the stack. What heals after a crash runs at the start too, the caretaker before anything else. */
const schedules = [
  { name: "caretaker", everyMs: 5 * minuteMs, firstMs: 5 * minuteMs },
  { name: "sweeper", everyMs: 60 * minuteMs, firstMs: 0 },
  { name: "auditor", everyMs: 24 * 60 * minuteMs, firstMs: 24 * 60 * minuteMs },
] as const;
const httpFunctions: readonly HttpFunction[] = [
  ...new Set<HttpFunction>([...registry.routes.map(({ handler }) => handler), "query"]),
];

/** Everything that feeds functions without a request: two mappings of the event table's stream, and the work queue. */
const startMappings = async (
  options: SystemOptions,
  dataDir: string,
  { queue, streamArn }: Pick<Endpoints, "queue"> & { readonly streamArn: string },
  functions: FunctionByName,
  stopper: Stopper,
): Promise<Pick<System, "idle"> & Pick<StreamPump, "wake">> => {
  const log = options.log ?? (() => undefined);
  const client = new DynamoDBStreamsClient();
  stopper.add("stream client", () => client.destroy());
  const worker = startQueuePump({
    queueUrl: queue.queueUrl(workQueue.name),
    function: functions("worker"),
    onFailure: (error) => log(`The work queue: ${errorText(error)}`),
  });
  stopper.add("work queue's pump", worker.stop);
  const onCreated = tellCreated({ function: functions("rescuer"), log });
  const pumps: StreamPump[] = [];
  for (const name of streamFunctions) {
    const pump = await startStreamPump({
      client,
      streamArn,
      function: functions(name),
      checkpointPath: join(dataDir, "checkpoints", `${name}.json`),
      onDiscard: keepDiscarded(failuresIn(dataDir), name, onCreated),
      ...(options.pump && { settings: options.pump }),
      log,
    });
    stopper.add(`${name}'s stream`, pump.stop);
    pumps.push(pump);
  }
  return {
    wake: () => {
      for (const pump of pumps) pump.wake();
    },
    idle: async () => {
      await Promise.all(pumps.map((pump) => pump.idle()));
      await worker.idle();
    },
  };
};

const busRoute = ({ bus }: Endpoints): LocalRoute => ({
  method: "GET",
  path: "/local/bus",
  answer: async () => jsonAnswer({ items: bus.recent(busEventsShown) }),
});

/** Lines that tell metrics are printed only for those who have asked for such detail. */
const isVerbose = (): boolean =>
  /^(TRACE|DEBUG|INFO)$/i.test(process.env.POWERTOOLS_LOG_LEVEL ?? "");

const startMetrics = (stopper: Stopper): LocalRoute => {
  const metrics = createMetrics();
  const { take } = metrics;
  const isShown = isVerbose();
  stopper.add("metrics", followMetricLines({ stream: process.stdout, take, isShown }));
  return metricsRoute(metrics);
};

const startParts = async (
  options: SystemOptions,
  stopper: Stopper,
): Promise<Omit<System, "stop">> => {
  const log = options.log ?? (() => undefined);
  const directory = await openDataDirectory(options.dataDir);
  stopper.add("data directory", directory.release);
  const { path: dataDir } = directory;
  const issuer = await openIssuer({ dataDir });
  const endpoints = await startEndpoints(dataDir, stopper);
  const metrics = startMetrics(stopper);
  stopper.add("environment", applyEnvironment(functionEnvironment(endpoints, registry.tables)));
  const client = new DynamoDBClient();
  await createTables(client, registry.tables);
  const streamArn = await streamArnOf(client, eventTable.name);
  client.destroy();
  const scheduled = schedules.map(({ name }) => name);
  const names = [...httpFunctions, ...streamFunctions, ...scheduled, "rescuer", "worker"] as const;
  const functions = await loadFunctions(names);
  // A view that is recorded after something was committed counts as unbuilt, and would be rebuilt.
  await callFunction(functions("caretaker"), {}).catch((error) =>
    log(`The caretaker failed: ${errorText(error)}`),
  );
  const sources = { queue: endpoints.queue, streamArn };
  const mappings = await startMappings(options, dataDir, sources, functions, stopper);
  const gateway = await startGateway({
    port: options.port,
    routes: registry.routes,
    functions: new Map(httpFunctions.map((name) => [name, functions(name)])),
    fallback: "query",
    verify: verifiedTokens(issuer.verify),
    local: [...issuerRoutes(issuer), busRoute(endpoints), metrics],
    corsOrigins: options.corsOrigins ?? [],
    onWritten: mappings.wake,
    log,
  });
  stopper.add("gateway", gateway.stop);
  for (const { name, ...times } of schedules) {
    const schedule = startSchedule({ function: functions(name), ...times, log });
    stopper.add(`${name}'s schedule`, schedule.stop);
  }
  return {
    url: gateway.url,
    dataDir,
    token: (sub, groups = []) => issuer.issue({ sub, groups }),
    idle: mappings.idle,
    died: endpoints.engineDied,
  };
};

/**
 * Starts the whole system: data directory, issuer, engine and the other endpoints, tables, functions, stream and queue
 * mappings, and at last the gateway. Stops them the other way round. Refuses, with nothing left running, for every
 * reason of its parts.
 */
export const startSystem = async (options: SystemOptions): Promise<System> => {
  const stopper = createStopper(options.log ?? (() => undefined), stopPartMs);
  try {
    const parts = await startParts(options, stopper);
    return { ...parts, stop: stopper.stop };
  } catch (error) {
    await stopper.stop();
    throw error;
  }
};
