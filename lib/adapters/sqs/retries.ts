import { ChangeMessageVisibilityCommand, type SQSClient } from "@aws-sdk/client-sqs";
import { retryDelaySeconds } from "../../core/system/queues.ts";

/** Decides when a message that failed is received again. */
export interface Retries {
  /** Shortens the message's hiding to a delay that grows with its receives. */
  later(receiptHandle: string, receives: number): Promise<void>;
}

/** Delayed repeats on SQS. */
export const createRetries = (client: Pick<SQSClient, "send">, queueUrl: string): Retries => ({
  later: async (ReceiptHandle, receives) => {
    await client.send(
      new ChangeMessageVisibilityCommand({
        QueueUrl: queueUrl,
        ReceiptHandle,
        VisibilityTimeout: retryDelaySeconds(receives),
      }),
    );
  },
});
