import { setTimeout as sleep } from "node:timers/promises";
import {
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import type { SQSEvent, SQSRecord } from "aws-lambda";
import * as z from "zod/mini";
import { callFunction, type LocalFunction } from "./function.ts";
import { queueArn } from "./queue-attributes.ts";

/** How a queue's messages get to a function. */
export interface QueuePumpOptions {
  readonly queueUrl: string;
  readonly function: LocalFunction;
  /** Messages a call, at most 10. */
  readonly batchSize?: number;
  /** Calls at the same time. */
  readonly concurrency?: number;
  /** Is told of failures of the function and of the queue. */
  readonly onFailure?: (error: unknown) => void;
}

/** A running pump. */
export interface QueuePump {
  /** Ends once nothing waits or is being worked on; what is held back for later does not count. */
  idle(): Promise<void>;
  /** Ends once the calls under way have; what they did not finish shows up again after the visibility timeout. */
  stop(): Promise<void>;
}

const waitSeconds = 20;
const troubleMs = 1_000;
const idleCheckMs = 20;

const toRecord = (queueUrl: string, message: Message): SQSRecord => {
  const { MessageId = "", ReceiptHandle = "", Body = "", MD5OfBody = "", Attributes } = message;
  const { ApproximateReceiveCount = "", SentTimestamp = "", SenderId = "" } = Attributes ?? {};
  const arn = queueArn(queueUrl.slice(queueUrl.lastIndexOf("/") + 1));
  return {
    messageId: MessageId,
    receiptHandle: ReceiptHandle,
    body: Body,
    attributes: {
      ...Attributes,
      ApproximateReceiveCount,
      SentTimestamp,
      SenderId,
      ApproximateFirstReceiveTimestamp: Attributes?.ApproximateFirstReceiveTimestamp ?? "",
    },
    messageAttributes: {},
    md5OfBody: MD5OfBody,
    eventSource: "aws:sqs",
    eventSourceARN: arn,
    awsRegion: arn.split(":")[3] ?? "",
  };
};

const Answer = z.object({
  batchItemFailures: z.nullish(z.array(z.object({ itemIdentifier: z.string() }))),
});

/**
 * Which messages a function's answer gives up. An answer without failures is a success; one that is malformed, or that
 * names a message that was not in the batch, fails all of them.
 * Source: Lambda developer guide, "Implementing partial batch responses".
 */
const failedIds = (answer: unknown, ids: ReadonlySet<string>): ReadonlySet<string> => {
  if (answer === undefined || answer === null) return new Set();
  const parsed = Answer.safeParse(answer);
  if (!parsed.success) return ids;
  const failed = (parsed.data.batchItemFailures ?? []).map(({ itemIdentifier }) => itemIdentifier);
  return failed.every((id) => ids.has(id)) ? new Set(failed) : ids;
};

/** Messages that wait or are being worked on; one that is held back is no work yet. */
const lengthOf = async (client: SQSClient, queueUrl: string): Promise<number> => {
  const { Attributes = {} } = await client.send(
    new GetQueueAttributesCommand({
      QueueUrl: queueUrl,
      AttributeNames: ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"],
    }),
  );
  return Object.values(Attributes).reduce((sum, count) => sum + Number(count), 0);
};

const createWorker = (client: SQSClient, options: QueuePumpOptions, stopping: AbortSignal) => {
  const { queueUrl, batchSize = 10, onFailure = () => {} } = options;
  const receive = async (): Promise<readonly Message[]> => {
    const { Messages = [] } = await client.send(
      new ReceiveMessageCommand({
        QueueUrl: queueUrl,
        MaxNumberOfMessages: batchSize,
        WaitTimeSeconds: waitSeconds,
        MessageSystemAttributeNames: ["All"],
      }),
      { abortSignal: stopping },
    );
    return Messages;
  };
  const call = async (messages: readonly Message[]): Promise<ReadonlySet<string>> => {
    const ids = new Set(messages.map(({ MessageId = "" }) => MessageId));
    try {
      const Records = messages.map((message) => toRecord(queueUrl, message));
      const event: SQSEvent = { Records };
      return failedIds(await callFunction(options.function, event), ids);
    } catch (error) {
      onFailure(error);
      return ids;
    }
  };
  const remove = async (messages: readonly Message[]): Promise<void> => {
    const Entries = messages.map(({ ReceiptHandle }, index) => ({ Id: `${index}`, ReceiptHandle }));
    if (Entries.length > 0)
      await client.send(new DeleteMessageBatchCommand({ QueueUrl: queueUrl, Entries }));
  };
  return async (): Promise<void> => {
    while (!stopping.aborted)
      try {
        const messages = await receive();
        if (messages.length === 0) continue;
        const failed = await call(messages);
        await remove(messages.filter(({ MessageId = "" }) => !failed.has(MessageId)));
      } catch (error) {
        if (stopping.aborted) return;
        onFailure(error);
        await sleep(troubleMs, undefined, { signal: stopping }).catch(() => undefined);
      }
  };
};

/**
 * Starts what a Lambda event source mapping of a queue does: waits for messages, calls the function with batches,
 * removes what it has done, and leaves what it has not to the visibility timeout.
 */
export const startQueuePump = (options: QueuePumpOptions): QueuePump => {
  const stopping = new AbortController();
  const client = new SQSClient();
  const work = createWorker(client, options, stopping.signal);
  const workers = Array.from({ length: options.concurrency ?? 2 }, work);
  return {
    idle: async () => {
      while (!stopping.signal.aborted && (await lengthOf(client, options.queueUrl)) > 0)
        await sleep(idleCheckMs);
    },
    stop: async () => {
      stopping.abort();
      await Promise.all(workers);
      client.destroy();
    },
  };
};
