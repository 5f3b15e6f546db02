import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { workQueue } from "../lib/core/system/queues.ts";
import type { HttpFunction } from "../lib/core/system/route.ts";
import { eventTable } from "../lib/core/system/tables.ts";
import { registry } from "../lib/domains/index.ts";
import { type Background, type StartBackground, startBackground } from "./background.ts";
import { createTables, streamArnOf } from "./create-tables.ts";
import { openDataDirectory } from "./data-directory.ts";
import { functionEnvironment, startEndpoints } from "./endpoints.ts";
import { applyEnvironment, loadFunctions } from "./functions.ts";
import { startGateway } from "./gateway.ts";
import { openIssuer } from "./issuer.ts";
import { issuerRoutes, jsonAnswer, type LocalRoute, metricsRoute } from "./local-routes.ts";
import { followMetricLines } from "./metric-lines.ts";
import { createMetrics } from "./metrics.ts";
import { createStopper, type Stopper } from "./stopper.ts";
import type { PumpSettings } from "./stream-pump.ts";
import { verifiedTokens } from "./verified-tokens.ts";

/** Where the whole system runs, and how its stream is delivered. */
export interface SystemOptions {
  /** 0: any free port. */
  readonly port: number;
  readonly dataDir: string;
  readonly pump?: Partial<PumpSettings>;
  /** Where functions run that nobody waits for; in this process by default. */
  readonly background?: StartBackground;
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

const stopPartMs = 15_000;
const busEventsShown = 100;
const httpFunctions: readonly HttpFunction[] = [
  ...new Set<HttpFunction>([...registry.routes.map(({ handler }) => handler), "query"]),
];

const busRoute = ({ recentEvents }: Background): LocalRoute => ({
  method: "GET",
  path: "/local/bus",
  answer: async () => jsonAnswer({ items: await recentEvents(busEventsShown) }),
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
  const { queue, engineDied } = endpoints;
  const queueUrl = queue.queueUrl(workQueue.name);
  const start = options.background ?? startBackground;
  const pump = options.pump && { pump: options.pump };
  const starting = start({ dataDir, streamArn, queueUrl, ...pump }, log);
  // Also when the functions cannot be loaded: it may start all the same.
  stopper.add("background", async () => (await starting.catch(() => undefined))?.stop());
  const [functions, background] = await Promise.all([loadFunctions(httpFunctions), starting]);
  const gateway = await startGateway({
    port: options.port,
    routes: registry.routes,
    functions: new Map(httpFunctions.map((name) => [name, functions(name)])),
    fallback: "query",
    verify: verifiedTokens(issuer.verify),
    local: [...issuerRoutes(issuer), busRoute(background), metrics],
    corsOrigins: options.corsOrigins ?? [],
    onWritten: background.wake,
    log,
  });
  stopper.add("gateway", gateway.stop);
  return {
    url: gateway.url,
    dataDir,
    token: (sub, groups = []) => issuer.issue({ sub, groups }),
    idle: background.idle,
    died: Promise.race([engineDied, background.died]),
  };
};

/**
 * Starts the whole system: data directory, issuer, engine and the other endpoints, tables, functions, what feeds them
 * without a request, and at last the gateway. Stops them the other way round. Refuses, with nothing left running, for every
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
