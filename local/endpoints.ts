import { join } from "node:path";
import { workQueue } from "../lib/core/system/queues.ts";
import { type TableDefinition, tableVariable } from "../lib/core/system/table.ts";
import { startEngine } from "./engine.ts";
import type { Environment } from "./functions.ts";
import { startKms } from "./kms.ts";
import { type LocalQueue, startQueue } from "./queue.ts";
import { startS3 } from "./s3.ts";
import { refuseBroken, StartupFault } from "./startup-fault.ts";
import type { Stopper } from "./stopper.ts";

/** The services that stand in for AWS. */
export interface Endpoints {
  readonly dynamodb: string;
  readonly kms: string;
  readonly queue: LocalQueue;
  readonly s3: string;
  /** Settles only when the engine ends without having been stopped. */
  readonly engineDied: Promise<Error>;
}

/** Name of the file that holds the tables. */
export const engineFileName = "engine.db";

/** Directory of what mappings have given up: a bucket for each of their functions. */
export const failuresIn = (dataDir: string): string => join(dataDir, "failures");

const busName = "everfold";
const answerMs = 5_000;
const never = new Promise<never>(() => undefined);

const queues = [
  {
    name: workQueue.name,
    visibilitySeconds: workQueue.visibilitySeconds,
    receivesMax: workQueue.receivesMax,
    deadLetter: workQueue.deadLetters,
  },
  { name: workQueue.deadLetters, visibilitySeconds: 30 },
];

/** An engine that somebody else runs; refuses one that does not answer at all. */
const ownEngine = async (url: string) => {
  try {
    await fetch(url, { signal: AbortSignal.timeout(answerMs) });
  } catch {
    throw new StartupFault(
      `No engine answers at ${url}, which AWS_ENDPOINT_URL_DYNAMODB names.`,
      "Start it first, or unset the variable: the embedded engine is used then.",
    );
  }
  return { url, died: never, stop: () => undefined };
};

/**
 * Starts what functions call: DynamoDB (or the engine that `AWS_ENDPOINT_URL_DYNAMODB` names, with its streams at the same
 * address), KMS, SQS and S3; only functions that nobody waits for call EventBridge, which stands beside them. Refuses a data directory that one of them cannot read.
 */
export const startEndpoints = async (dataDir: string, stopper: Stopper): Promise<Endpoints> => {
  const own = process.env.AWS_ENDPOINT_URL_DYNAMODB;
  const engine = own
    ? await ownEngine(own)
    : await startEngine({ dbPath: join(dataDir, engineFileName) });
  stopper.add("engine", engine.stop);
  const kms = await startKms({ dataDir }).catch(refuseBroken("KMS", dataDir));
  stopper.add("KMS", kms.stop);
  const queue = await startQueue({ dataDir, queues }).catch(refuseBroken("queue", dataDir));
  stopper.add("queue", queue.stop);
  const s3 = await startS3({ directory: failuresIn(dataDir) });
  stopper.add("S3", s3.stop);
  return { dynamodb: engine.url, kms: kms.url, queue, s3: s3.url, engineDied: engine.died };
};

// Never the real ones; kept as they are only for an engine of one's own, which may know them.
const credentials = (): Environment => ({
  AWS_ACCESS_KEY_ID: "local",
  AWS_SECRET_ACCESS_KEY: "local",
  AWS_SESSION_TOKEN: undefined,
  AWS_PROFILE: undefined,
  AWS_REGION: process.env.AWS_REGION ?? "us-east-1",
});

/** The environment in which unmodified SDK clients reach the endpoints, and functions find their tables. */
export const functionEnvironment = (
  { dynamodb, kms, queue, s3 }: Endpoints,
  tables: readonly TableDefinition[],
): Environment => ({
  ...Object.fromEntries(tables.map((table) => [tableVariable(table), table.name])),
  ...(process.env.AWS_ENDPOINT_URL_DYNAMODB && process.env.AWS_ACCESS_KEY_ID ? {} : credentials()),
  AWS_ENDPOINT_URL_DYNAMODB: dynamodb,
  AWS_ENDPOINT_URL_DYNAMODB_STREAMS: dynamodb,
  AWS_ENDPOINT_URL_KMS: kms,
  AWS_ENDPOINT_URL_SQS: queue.url,
  AWS_ENDPOINT_URL_S3: s3,
  AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: undefined,
  // The SDK warns about Node 20 on every start; this is its own switch.
  AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true",
  STAGE: "local",
  SUBJECT_KEYS: "per-user",
  // The engine goes from stream to stream in a walk that is not split only; it works off one request after the other anyway.
  DOCUMENT_SEGMENTS: "1",
  WORK_QUEUE_URL: queue.queueUrl(workQueue.name),
  DEAD_LETTER_QUEUE_URL: queue.queueUrl(workQueue.deadLetters),
  EVENT_BUS_NAME: busName,
  PROJECTOR_FAILURES: "projector",
  PUBLISHER_FAILURES: "publisher",
  POWERTOOLS_SERVICE_NAME: "everfold",
  POWERTOOLS_LOG_LEVEL: process.env.POWERTOOLS_LOG_LEVEL ?? "WARN",
  POWERTOOLS_METRICS_NAMESPACE: "Everfold/local",
});
