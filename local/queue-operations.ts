import { createHash, randomUUID } from "node:crypto";
import * as z from "zod/mini";
import { type AwsOperation, awsOperation } from "./aws-json.ts";
import { attributesOf, messageAttributes } from "./queue-attributes.ts";
import {
  checkSent,
  eachEntry,
  invalidValue,
  messageBytesMax,
  queueLengthMax,
  queueRefusal,
  Sent,
} from "./queue-limits.ts";
import { type QueueDefinition, receive } from "./queue-receive.ts";
import type { Message, QueueStore } from "./queue-store.ts";

/** What the operations work on. */
export interface Queues {
  readonly store: QueueStore;
  readonly definitions: readonly QueueDefinition[];
}

const md5 = (body: string): string => createHash("md5").update(body).digest("hex");
const visibility = z.int().check(z.minimum(0), z.maximum(43_200));
const names = z._default(z.array(z.string()), []);

const send = (store: QueueStore, { name }: QueueDefinition, sent: z.output<typeof Sent>) => {
  checkSent(sent);
  if (store.messages(name).size >= queueLengthMax)
    throw queueRefusal("RequestThrottled", `Queue ${name} holds ${queueLengthMax} messages.`, 403);
  const sentAt = Date.now();
  const visibleAt = sentAt + sent.DelaySeconds * 1000;
  const put = { id: randomUUID(), body: sent.MessageBody, sentAt, visibleAt, receives: 0 };
  store.write([{ queue: name, put }]);
  return { MessageId: put.id, MD5OfMessageBody: md5(put.body) };
};

const handleOf = ({ id, receipt }: Message): string => `${id}.${receipt}`;

/** The message that a receipt stands for; undefined when it is gone, or was handed out again since. */
const held = (store: QueueStore, queue: QueueDefinition, handle: string): Message | undefined => {
  const uuid = "[0-9a-f-]{36}";
  const [, id, receipt] = new RegExp(`^(${uuid})\\.(${uuid})$`).exec(handle) ?? [];
  if (id === undefined)
    throw queueRefusal("ReceiptHandleIsInvalid", `"${handle}" is not a receipt handle.`, 404);
  const message = store.messages(queue.name).get(id);
  return message?.receipt === receipt ? message : undefined;
};

const remove = (store: QueueStore, queue: QueueDefinition, handle: string): object => {
  const message = held(store, queue, handle);
  if (message) store.write([{ queue: queue.name, remove: message.id }]);
  return {};
};

const hide = (store: QueueStore, queue: QueueDefinition, handle: string, seconds: number) => {
  const message = held(store, queue, handle);
  const now = Date.now();
  if (!message) throw invalidValue("The message is gone, or was handed out again.");
  if (message.visibleAt <= now)
    throw queueRefusal("MessageNotInflight", "The message is visible already.");
  const put = { ...message, visibleAt: now + seconds * 1000 };
  store.write([{ queue: queue.name, put }]);
  return {};
};

const toSqs = (message: Message, wanted: readonly string[]): object => ({
  MessageId: message.id,
  ReceiptHandle: handleOf(message),
  Body: message.body,
  MD5OfBody: md5(message.body),
  ...messageAttributes(message, wanted),
});

const sendBatch = (
  store: QueueStore,
  queue: QueueDefinition,
  entries: readonly (z.output<typeof Sent> & { Id: string })[],
): object => {
  const bytes = entries.reduce((sum, { MessageBody }) => sum + Buffer.byteLength(MessageBody), 0);
  if (bytes > messageBytesMax)
    throw queueRefusal("BatchRequestTooLong", `A batch has at most ${messageBytesMax} bytes.`);
  return eachEntry(entries, (entry) => send(store, queue, entry));
};

/** The operations of SQS that are known here, by their names. */
export const queueOperations = ({ store, definitions }: Queues): Record<string, AwsOperation> => {
  const QueueUrl = z.pipe(
    z.string(),
    z.transform((url): QueueDefinition => {
      const name = url.slice(url.lastIndexOf("/") + 1);
      const found = definitions.find((queue) => queue.name === name);
      if (found) return found;
      throw queueRefusal("QueueDoesNotExist", `There is no queue ${name} here.`);
    }),
  );
  const ReceiptHandle = z.string();
  const inQueue = z.object({ QueueUrl });
  const on = <S extends z.core.$ZodType>(
    input: S,
    run: (input: z.output<S>, signal: AbortSignal) => object | Promise<object>,
  ): AwsOperation => awsOperation("InvalidParameterValue", input, run);
  const Receive = z.extend(inQueue, {
    MaxNumberOfMessages: z._default(z.int().check(z.minimum(1), z.maximum(10)), 1),
    VisibilityTimeout: z.optional(visibility),
    WaitTimeSeconds: z._default(z.int().check(z.minimum(0), z.maximum(20)), 0),
    AttributeNames: names,
    MessageSystemAttributeNames: names,
  });
  return {
    SendMessage: on(z.extend(inQueue, Sent.shape), ({ QueueUrl: queue, ...sent }) =>
      send(store, queue, sent),
    ),
    SendMessageBatch: on(
      z.extend(inQueue, { Entries: z.array(z.extend(Sent, { Id: z.string() })) }),
      ({ QueueUrl: queue, Entries }) => sendBatch(store, queue, Entries),
    ),
    ReceiveMessage: on(Receive, async ({ QueueUrl: queue, ...asked }, signal) => {
      const options = {
        messagesMax: asked.MaxNumberOfMessages,
        visibilitySeconds: asked.VisibilityTimeout ?? queue.visibilitySeconds,
        waitSeconds: asked.WaitTimeSeconds,
      };
      const messages = await receive(store, queue, options, signal);
      const wanted = [...asked.AttributeNames, ...asked.MessageSystemAttributeNames];
      return messages.length === 0 ? {} : { Messages: messages.map((m) => toSqs(m, wanted)) };
    }),
    DeleteMessage: on(z.extend(inQueue, { ReceiptHandle }), ({ QueueUrl: queue, ...asked }) =>
      remove(store, queue, asked.ReceiptHandle),
    ),
    DeleteMessageBatch: on(
      z.extend(inQueue, { Entries: z.array(z.object({ Id: z.string(), ReceiptHandle })) }),
      ({ QueueUrl: queue, Entries }) =>
        eachEntry(Entries, (entry) => remove(store, queue, entry.ReceiptHandle)),
    ),
    ChangeMessageVisibility: on(
      z.extend(inQueue, { ReceiptHandle, VisibilityTimeout: visibility }),
      ({ QueueUrl: queue, ...asked }) =>
        hide(store, queue, asked.ReceiptHandle, asked.VisibilityTimeout),
    ),
    GetQueueAttributes: on(
      z.extend(inQueue, { AttributeNames: names }),
      ({ QueueUrl: queue, AttributeNames }) => ({
        Attributes: attributesOf(queue, store.messages(queue.name), AttributeNames),
      }),
    ),
    PurgeQueue: on(inQueue, ({ QueueUrl: { name: queue } }) => {
      const ids = [...store.messages(queue).keys()];
      store.write(ids.map((id) => ({ queue, remove: id })));
      return {};
    }),
  };
};
