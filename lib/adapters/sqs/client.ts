import { SQSClient } from "@aws-sdk/client-sqs";

/** Bounds of one call to a queue; attempts are the SDK's own, with its back-off. */
export const queueClientBounds = { attemptsMax: 3, connectionMs: 1_000, requestMs: 5_000 } as const;

/** The queues' client of a process. */
export const createQueueClient = (): SQSClient =>
  new SQSClient({
    maxAttempts: queueClientBounds.attemptsMax,
    requestHandler: {
      connectionTimeout: queueClientBounds.connectionMs,
      socketTimeout: queueClientBounds.requestMs,
    },
  });
