import {
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  type SQSClient,
} from "@aws-sdk/client-sqs";
import type { Clock } from "../../core/retry.ts";
import type { DeadLetters } from "../../core/upkeep/dead-letters.ts";

/** Bounds of one redrive; a message that could not be put back shows up again after `hiddenSeconds`. */
export const redriveBounds = { messagesMax: 1_000, redriveMs: 15_000, hiddenSeconds: 30 } as const;

/** The addresses of the work queue and of the queue that takes what it gives up. */
export interface DeadLetterQueues {
  readonly work: string;
  readonly dead: string;
}

const receive = async (client: Pick<SQSClient, "send">, queueUrl: string) => {
  const { Messages = [] } = await client.send(
    new ReceiveMessageCommand({
      QueueUrl: queueUrl,
      MaxNumberOfMessages: 10,
      VisibilityTimeout: redriveBounds.hiddenSeconds,
      // A call that does not wait asks some of the queue's servers only, and may find none of its messages.
      WaitTimeSeconds: 1,
    }),
  );
  return Messages;
};

/** Puts messages back; answers how many. Throws when none could be. */
const putBack = async (
  client: Pick<SQSClient, "send">,
  { work, dead }: DeadLetterQueues,
  messages: readonly Message[],
): Promise<number> => {
  const toSend = messages.map(({ Body }, index) => ({ Id: String(index), MessageBody: Body }));
  const { Successful = [], Failed = [] } = await client.send(
    new SendMessageBatchCommand({ QueueUrl: work, Entries: toSend }),
  );
  if (Successful.length === 0) {
    const [{ Code = "unknown", Message = "" } = {}] = Failed;
    throw new Error(`${messages.length} dead letters were not put back: ${Code} ${Message}`);
  }
  const toDelete = Successful.map(({ Id }) => ({
    Id,
    ReceiptHandle: messages[Number(Id)]?.ReceiptHandle,
  }));
  await client.send(new DeleteMessageBatchCommand({ QueueUrl: dead, Entries: toDelete }));
  return Successful.length;
};

/** The dead letters of the work queue, on SQS. */
export const createDeadLetters = (
  client: Pick<SQSClient, "send">,
  queues: DeadLetterQueues,
  clock: Pick<Clock, "now">,
): DeadLetters => ({
  count: async () => {
    const { Attributes = {} } = await client.send(
      new GetQueueAttributesCommand({
        QueueUrl: queues.dead,
        AttributeNames: ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"],
      }),
    );
    const { ApproximateNumberOfMessages: waiting, ApproximateNumberOfMessagesNotVisible: taken } =
      Attributes;
    return Number(waiting ?? 0) + Number(taken ?? 0);
  },
  redrive: async () => {
    const deadline = clock.now() + redriveBounds.redriveMs;
    let moved = 0;
    let received = 0;
    while (received < redriveBounds.messagesMax && clock.now() < deadline) {
      const messages = await receive(client, queues.dead);
      if (messages.length === 0) return { moved, more: moved < received };
      received += messages.length;
      moved += await putBack(client, queues, messages);
    }
    return { moved, more: true };
  },
});
