import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type LocalBus, startBus } from "../../local/bus.ts";
import { type LocalQueue, startQueue } from "../../local/queue.ts";
import type { QueueDefinition } from "../../local/queue-receive.ts";

/** Gives SDK clients that are made afterwards an address and dummy credentials, as a function has them. */
export const pointSdkAt = (service: "SQS" | "EVENTBRIDGE" | "S3" | "KMS", url: string): void => {
  Object.assign(process.env, {
    [`AWS_ENDPOINT_URL_${service}`]: url,
    AWS_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: "nobody",
    AWS_SECRET_ACCESS_KEY: "nothing",
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true",
  });
};

/** Makes a directory for one test; `remove` takes it away. */
export const temporaryDirectory = async (): Promise<{ path: string; remove(): Promise<void> }> => {
  const path = await mkdtemp(join(tmpdir(), "everfold-"));
  return { path, remove: () => rm(path, { recursive: true }) };
};

/** A work queue whose messages are hidden for a second and given up after two attempts. */
export const testQueues: readonly QueueDefinition[] = [
  { name: "work", visibilitySeconds: 1, receivesMax: 2, deadLetter: "dead" },
  { name: "dead", visibilitySeconds: 30 },
];

/** A local endpoint over a directory of its own, which goes when the endpoint stops. */
const withDirectory = async <T extends { stop(): Promise<void> }>(
  start: (dataDir: string) => Promise<T>,
): Promise<T> => {
  const directory = await temporaryDirectory();
  const started = await start(directory.path);
  return {
    ...started,
    stop: async () => {
      await started.stop();
      await directory.remove();
    },
  };
};

/** Queues for a test file, which clients find by themselves. */
export const startTestQueue = async (queues = testQueues): Promise<LocalQueue> => {
  const queue = await withDirectory((dataDir) => startQueue({ dataDir, queues }));
  pointSdkAt("SQS", queue.url);
  return queue;
};

/** A bus for a test file, which clients find by themselves. */
export const startTestBus = async (): Promise<LocalBus> => {
  const bus = await withDirectory((dataDir) => startBus({ dataDir }));
  pointSdkAt("EVENTBRIDGE", bus.url);
  return bus;
};
