import { join } from "node:path";
import { localAccount, startAwsJson } from "./aws-json.ts";
import { messageBytesMax } from "./queue-limits.ts";
import { queueOperations } from "./queue-operations.ts";
import type { QueueDefinition } from "./queue-receive.ts";
import { openQueueStore } from "./queue-store.ts";

/** Name of the file that holds the messages of all queues. */
export const queueFileName = "queues.log";

/** Where messages are kept, and which queues there are. */
export interface QueueOptions {
  readonly dataDir: string;
  readonly queues: readonly QueueDefinition[];
}

/** A running local SQS. */
export interface LocalQueue {
  readonly url: string;
  /** Address of a queue, as functions are told it; refuses the name of none. */
  queueUrl(name: string): string;
  stop(): Promise<void>;
}

const checkDefinitions = (queues: readonly QueueDefinition[]): void => {
  const names = new Set(queues.map(({ name }) => name));
  if (names.size < queues.length) throw new Error("Two local queues have the same name.");
  for (const { name, deadLetter, receivesMax = 0 } of queues)
    if (deadLetter !== undefined && (!names.has(deadLetter) || receivesMax < 1))
      throw new Error(`Queue ${name} needs a dead-letter queue that exists, and receivesMax.`);
};

/**
 * Starts a look-alike of SQS on a free loopback port: standard queues with visibility timeout, delay, long polling,
 * receive counts and dead letters. A message is on its way to the disk before it is acknowledged. Refuses to start on
 * a file that it cannot read.
 */
export const startQueue = async ({ dataDir, queues }: QueueOptions): Promise<LocalQueue> => {
  checkDefinitions(queues);
  const store = openQueueStore(join(dataDir, queueFileName));
  const endpoint = await startAwsJson({
    target: "AmazonSQS",
    contentType: "application/x-amz-json-1.0",
    // Escaping can make a JSON string six times as long as its text.
    bodyBytesMax: 6 * messageBytesMax + 64 * 1024,
    operations: queueOperations({ store, definitions: queues }),
  });
  return {
    url: endpoint.url,
    queueUrl: (name) => {
      if (!queues.some((queue) => queue.name === name))
        throw new Error(`There is no local queue ${name}.`);
      return `${endpoint.url}/${localAccount}/${name}`;
    },
    stop: async () => {
      await endpoint.stop();
      store.close();
    },
  };
};
