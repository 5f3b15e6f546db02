import {
  type BatchResultErrorEntry,
  SendMessageBatchCommand,
  type SendMessageBatchRequestEntry,
  type SQSClient,
} from "@aws-sdk/client-sqs";
import { inParallel } from "../../core/in-parallel.ts";
import { type Clock, pause } from "../../core/retry.ts";
import { type Work, type WorkQueue, workText } from "../../core/upkeep/work-queue.ts";

/** Bounds of one call of `send`: messages a request, requests at the same time, attempts a message. */
export const sendBounds = { entriesMax: 10, atOnce: 4, attemptsMax: 5 } as const;

const inBatches = (messages: readonly Work[]): readonly (readonly Work[])[] => {
  const { entriesMax } = sendBounds;
  return Array.from({ length: Math.ceil(messages.length / entriesMax) }, (_, index) =>
    messages.slice(index * entriesMax, (index + 1) * entriesMax),
  );
};

const refusal = (failed: readonly BatchResultErrorEntry[], of: number): Error => {
  const reasons = new Set(failed.map(({ Code, Message = "" }) => `${Code} ${Message}`.trim()));
  return new Error(
    `${failed.length} of ${of} messages were not queued: ${[...reasons].join("; ")}`,
  );
};

/** The work queue on SQS. Messages that a request fails for are tried again, unless the fault is the sender's. */
export const createWorkQueue = (
  client: Pick<SQSClient, "send">,
  queueUrl: string,
  clock: Clock,
): WorkQueue => {
  const sendBatch = async (batch: readonly SendMessageBatchRequestEntry[]): Promise<void> => {
    let Entries = [...batch];
    for (let attempt = 1; ; attempt++) {
      const { Failed = [] } = await client.send(
        new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries }),
      );
      if (Failed.length === 0) return;
      if (attempt === sendBounds.attemptsMax || Failed.some(({ SenderFault }) => SenderFault))
        throw refusal(Failed, batch.length);
      Entries = Entries.filter((entry) => Failed.some(({ Id }) => Id === entry.Id));
      await pause(clock, attempt);
    }
  };
  return {
    send: (messages, { delaySeconds = 0 } = {}) =>
      inParallel(inBatches(messages), sendBounds.atOnce, (batch) =>
        sendBatch(
          batch.map((work, index) => ({
            Id: String(index),
            MessageBody: workText(work),
            DelaySeconds: delaySeconds,
          })),
        ),
      ),
  };
};
