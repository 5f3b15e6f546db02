import * as z from "zod/mini";
import { AwsRefusal } from "./aws-json.ts";

/** Largest message, and largest batch of messages, in bytes. SQS takes more today; what fits here fits there. */
export const messageBytesMax = 256 * 1024;

/** A queue that holds so many messages takes no more: nobody works on them. */
export const queueLengthMax = 100_000;

const entriesMax = 10;
// Source: SQS API reference, "SendMessage".
const allowedText = /^[\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]*$/u;

// Source: the service's model. Most refusals have their own name in the query protocol, behind this prefix.
const prefix = "AWS.SimpleQueueService.";
const queryNames: Readonly<Record<string, string>> = {
  QueueDoesNotExist: `${prefix}NonExistentQueue`,
  InvalidMessageContents: "InvalidMessageContents",
  InvalidParameterValue: "InvalidParameterValue",
  RequestThrottled: "RequestThrottled",
  ReceiptHandleIsInvalid: "ReceiptHandleIsInvalid",
};

/** A refusal with both of the names that SQS gives it. */
export const queueRefusal = (name: string, message: string, status = 400): AwsRefusal =>
  new AwsRefusal(name, message, { status, queryName: queryNames[name] ?? `${prefix}${name}` });

/** A value that SQS does not take. */
export const invalidValue = (message: string): AwsRefusal =>
  queueRefusal("InvalidParameterValue", message);

/** What is to be sent; attributes are not kept here, and refused rather than lost. */
export const Sent = z.object({
  MessageBody: z.string(),
  DelaySeconds: z._default(z.number(), 0),
  MessageAttributes: z._default(z.record(z.string(), z.unknown()), {}),
});

/** Refuses a message that SQS would not take, and one that cannot be kept here. */
export const checkSent = (sent: z.output<typeof Sent>): void => {
  const { MessageBody: body, DelaySeconds: delay, MessageAttributes: attributes } = sent;
  if (Object.keys(attributes).length > 0)
    throw queueRefusal("UnsupportedOperation", "Message attributes are not kept here.");
  if (body === "") throw invalidValue("A message needs a body.");
  if (!allowedText.test(body))
    throw queueRefusal("InvalidMessageContents", "A body has characters that XML does not know.");
  if (Buffer.byteLength(body) > messageBytesMax)
    throw invalidValue(`A message has at most ${messageBytesMax} bytes.`);
  if (!Number.isInteger(delay) || delay < 0 || delay > 900)
    throw invalidValue(`DelaySeconds is ${delay}; it must be from 0 to 900.`);
};

/** Refuses a batch that SQS would refuse as a whole. */
export const checkBatch = (entries: readonly { readonly Id: string }[]): void => {
  const ids = entries.map(({ Id }) => Id);
  if (ids.length === 0) throw queueRefusal("EmptyBatchRequest", "A batch needs an entry.");
  if (ids.length > entriesMax)
    throw queueRefusal(
      "TooManyEntriesInBatchRequest",
      `A batch has at most ${entriesMax} entries; this one has ${ids.length}.`,
    );
  if (new Set(ids).size < ids.length)
    throw queueRefusal("BatchEntryIdsNotDistinct", "Two entries of the batch have the same id.");
  const bad = ids.find((id) => !/^[A-Za-z0-9_-]{1,80}$/.test(id));
  if (bad !== undefined)
    throw queueRefusal("InvalidBatchEntryId", `"${bad}" cannot be the id of an entry.`);
};

/** Does one entry of a batch after the other; the refusal of one holds up none of the others. */
export const eachEntry = <E extends { readonly Id: string }>(
  entries: readonly E[],
  work: (entry: E) => object,
): { Successful: object[]; Failed: object[] } => {
  checkBatch(entries);
  const Successful: object[] = [];
  const Failed: object[] = [];
  for (const entry of entries)
    try {
      Successful.push({ Id: entry.Id, ...work(entry) });
    } catch (error) {
      if (!(error instanceof AwsRefusal)) throw error;
      const { name: Code, message: Message } = error;
      Failed.push({ Id: entry.Id, Code, Message, SenderFault: Code !== "RequestThrottled" });
    }
  return { Successful, Failed };
};
