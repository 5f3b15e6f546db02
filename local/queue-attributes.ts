import { localAccount, localRegion } from "./aws-json.ts";
import { messageBytesMax } from "./queue-limits.ts";
import type { QueueDefinition } from "./queue-receive.ts";
import type { Message } from "./queue-store.ts";

/** The name that AWS gives a queue. */
export const queueArn = (name: string): string =>
  `arn:aws:sqs:${localRegion()}:${localAccount}:${name}`;

const asked = (all: Record<string, string | undefined>, wanted: readonly string[]) =>
  Object.fromEntries(
    Object.entries(all).filter(
      ([name, value]) => value !== undefined && (wanted.includes("All") || wanted.includes(name)),
    ),
  );

/** Those attributes of a queue that are asked for. */
export const attributesOf = (
  { name, visibilitySeconds, receivesMax, deadLetter }: QueueDefinition,
  messages: ReadonlyMap<string, Message>,
  wanted: readonly string[],
): object => {
  const now = Date.now();
  const hidden = [...messages.values()].filter(({ visibleAt }) => visibleAt > now);
  const taken = hidden.filter(({ receipt }) => receipt !== undefined).length;
  const redrive = deadLetter && {
    deadLetterTargetArn: queueArn(deadLetter),
    maxReceiveCount: receivesMax,
  };
  return asked(
    {
      QueueArn: queueArn(name),
      ApproximateNumberOfMessages: String(messages.size - hidden.length),
      ApproximateNumberOfMessagesNotVisible: String(taken),
      ApproximateNumberOfMessagesDelayed: String(hidden.length - taken),
      VisibilityTimeout: String(visibilitySeconds),
      MaximumMessageSize: String(messageBytesMax),
      RedrivePolicy: redrive ? JSON.stringify(redrive) : undefined,
    },
    wanted,
  );
};

/** Those attributes of a message that are asked for; none when nothing is. */
export const messageAttributes = (message: Message, wanted: readonly string[]): object => {
  const { receives, sentAt, firstReceivedAt, deadFrom } = message;
  const Attributes = asked(
    {
      ApproximateReceiveCount: String(receives),
      ApproximateFirstReceiveTimestamp: String(firstReceivedAt),
      SentTimestamp: String(sentAt),
      SenderId: localAccount,
      DeadLetterQueueSourceArn: deadFrom && queueArn(deadFrom),
    },
    wanted,
  );
  return Object.keys(Attributes).length === 0 ? {} : { Attributes };
};
