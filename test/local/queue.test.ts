import {
  ChangeMessageVisibilityCommand,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  type ReceiveMessageCommandInput,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type LocalQueue, startQueue } from "../../local/queue.ts";
import { startTestQueue } from "./endpoints.ts";

// The client is the SDK's own, unmodified: it also compares the MD5 of every body that is sent and received.

let queue: LocalQueue;
let client: SQSClient;
beforeEach(async () => {
  queue = await startTestQueue();
  client = new SQSClient();
});
afterEach(async () => {
  client.destroy();
  await queue.stop();
});

const url = () => queue.queueUrl("work");
const send = (MessageBody: string, DelaySeconds = 0) =>
  client.send(new SendMessageCommand({ QueueUrl: url(), MessageBody, DelaySeconds }));
const receive = async (input: Partial<ReceiveMessageCommandInput> = {}) => {
  const { Messages = [] } = await client.send(
    new ReceiveMessageCommand({ QueueUrl: url(), MaxNumberOfMessages: 10, ...input }),
  );
  return Messages;
};
const bodies = async (input: Partial<ReceiveMessageCommandInput> = {}) =>
  (await receive(input)).map(({ Body }) => Body);
/** Gives up after five seconds, those of a long poll that nobody answers. */
const soon = <T>(work: Promise<T>): Promise<T | string[]> =>
  Promise.race([
    work,
    bodies({ QueueUrl: queue.queueUrl("dead"), WaitTimeSeconds: 5 }).then(() => ["late"]),
  ]);
const counts = async (QueueUrl = url()) => {
  const { Attributes = {} } = await client.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["All"] }),
  );
  return [
    Attributes.ApproximateNumberOfMessages,
    Attributes.ApproximateNumberOfMessagesNotVisible,
    Attributes.ApproximateNumberOfMessagesDelayed,
  ].map(Number);
};

describe("a local queue", () => {
  test("delivers what was sent, whatever its characters, and hides it from others", async () => {
    const texts = ["plain", '{"json":true}', "é 漢 😀", "tab\tand\nline"];
    for (const text of texts) await send(text);
    expect(await bodies()).toEqual(texts);
    expect(await bodies()).toEqual([]);
    expect(await counts()).toEqual([0, texts.length, 0]);
  });

  test("hands a message out again when its time is up, with another receipt", async () => {
    await send("again");
    const [first] = await receive({ MessageSystemAttributeNames: ["All"] });
    const [second] = await receive({ WaitTimeSeconds: 5, MessageSystemAttributeNames: ["All"] });
    expect(second?.MessageId).toBe(first?.MessageId);
    expect(second?.ReceiptHandle).not.toBe(first?.ReceiptHandle);
    expect(first?.Attributes?.ApproximateReceiveCount).toBe("1");
    expect(second?.Attributes).toMatchObject({
      ApproximateReceiveCount: "2",
      SentTimestamp: first?.Attributes?.SentTimestamp,
      ApproximateFirstReceiveTimestamp: first?.Attributes?.ApproximateFirstReceiveTimestamp,
    });
  });

  test("forgets a message that was deleted, and only that one", async () => {
    await send("a");
    await send("b");
    const [first] = await receive();
    await client.send(
      new DeleteMessageCommand({ QueueUrl: url(), ReceiptHandle: first?.ReceiptHandle }),
    );
    expect(await counts()).toEqual([0, 1, 0]);
    expect(await soon(bodies({ WaitTimeSeconds: 20 }))).toEqual(["b"]);
  });

  test("takes no deletion under the receipt of an earlier delivery", async () => {
    await send("kept");
    const [first] = await receive();
    await receive({ WaitTimeSeconds: 5 });
    await client.send(
      new DeleteMessageCommand({ QueueUrl: url(), ReceiptHandle: first?.ReceiptHandle }),
    );
    expect(await counts()).toEqual([0, 1, 0]);
  });

  test("moves a message that was handed out too often to the dead letters", async () => {
    await send("poison");
    await receive({ VisibilityTimeout: 0 });
    await receive({ VisibilityTimeout: 0 });
    expect(await bodies()).toEqual([]);
    expect(await counts()).toEqual([0, 0, 0]);
    const [dead] = await receive({
      QueueUrl: queue.queueUrl("dead"),
      MessageSystemAttributeNames: ["All"],
    });
    expect(dead?.Body).toBe("poison");
    expect(dead?.Attributes?.DeadLetterQueueSourceArn).toBe(
      "arn:aws:sqs:us-east-1:000000000000:work",
    );
  });

  test("wakes who waits as soon as a message is sent", async () => {
    const waiting = bodies({ WaitTimeSeconds: 20 });
    await counts();
    await send("awaited");
    expect(await soon(waiting)).toEqual(["awaited"]);
  });

  test("holds a message back that was sent with a delay", async () => {
    await send("later", 1);
    expect(await bodies()).toEqual([]);
    expect(await counts()).toEqual([0, 0, 1]);
    expect(await soon(bodies({ WaitTimeSeconds: 20 }))).toEqual(["later"]);
  });

  test("shows a message at once whose time was cut short, and hides it longer when asked to", async () => {
    await send("mine");
    const change = async (ReceiptHandle: string | undefined, VisibilityTimeout: number) =>
      client.send(
        new ChangeMessageVisibilityCommand({ QueueUrl: url(), ReceiptHandle, VisibilityTimeout }),
      );
    const [first] = await receive({ VisibilityTimeout: 600 });
    await change(first?.ReceiptHandle, 0);
    const [second] = await receive();
    expect(second?.Body).toBe("mine");
    await change(second?.ReceiptHandle, 600);
    expect(await counts()).toEqual([0, 1, 0]);
    expect(await bodies({ WaitTimeSeconds: 2 })).toEqual([]);
    expect(await counts()).toEqual([0, 1, 0]);
  });

  test("gives a message to nobody who has gone away while waiting", async () => {
    const gone = new AbortController();
    const waiting = client.send(
      new ReceiveMessageCommand({ QueueUrl: url(), WaitTimeSeconds: 20, VisibilityTimeout: 600 }),
      { abortSignal: gone.signal },
    );
    await receive();
    gone.abort();
    await expect(waiting).rejects.toThrow("aborted");
    await counts();
    await send("for someone else");
    expect(await bodies({ WaitTimeSeconds: 5 })).toEqual(["for someone else"]);
  });

  test("sends and deletes in batches, and tells which entries failed", async () => {
    const sent = await client.send(
      new SendMessageBatchCommand({
        QueueUrl: url(),
        Entries: [
          { Id: "good", MessageBody: "good" },
          { Id: "bad", MessageBody: "bad", DelaySeconds: 901 },
          { Id: "ugly", MessageBody: "\u0000" },
        ],
      }),
    );
    expect(sent.Successful?.map(({ Id }) => Id)).toEqual(["good"]);
    expect(sent.Failed).toMatchObject([
      { Id: "bad", Code: "InvalidParameterValue", SenderFault: true },
      { Id: "ugly", Code: "InvalidMessageContents", SenderFault: true },
    ]);
    const [message] = await receive();
    const deleted = await client.send(
      new DeleteMessageBatchCommand({
        QueueUrl: url(),
        Entries: [
          { Id: "0", ReceiptHandle: message?.ReceiptHandle },
          { Id: "1", ReceiptHandle: "nonsense" },
        ],
      }),
    );
    expect(deleted.Successful).toEqual([{ Id: "0" }]);
    expect(deleted.Failed).toMatchObject([{ Id: "1", Code: "ReceiptHandleIsInvalid" }]);
    expect(await counts()).toEqual([0, 0, 0]);
  });

  test("is empty after a purge", async () => {
    await send("a");
    await receive();
    await send("b");
    await client.send(new PurgeQueueCommand({ QueueUrl: url() }));
    expect(await counts()).toEqual([0, 0, 0]);
  });

  test("tells its redrive policy and its name as AWS does", async () => {
    const { Attributes } = await client.send(
      new GetQueueAttributesCommand({
        QueueUrl: url(),
        AttributeNames: ["QueueArn", "RedrivePolicy"],
      }),
    );
    expect(Attributes).toEqual({
      QueueArn: "arn:aws:sqs:us-east-1:000000000000:work",
      RedrivePolicy: JSON.stringify({
        deadLetterTargetArn: "arn:aws:sqs:us-east-1:000000000000:dead",
        maxReceiveCount: 2,
      }),
    });
  });
});

describe("a local queue refuses", () => {
  const entries = (...ids: readonly string[]) => ids.map((Id) => ({ Id, MessageBody: "x" }));
  const batch = (Entries: { Id: string; MessageBody: string }[]) => () =>
    client.send(new SendMessageBatchCommand({ QueueUrl: url(), Entries }));
  const unknown = () => queue.queueUrl("work").replace(/work$/, "elsewhere");

  test.each<[string, string, () => Promise<unknown>]>([
    ["a queue that does not exist", "QueueDoesNotExist", () => receive({ QueueUrl: unknown() })],
    ["an empty batch", "EmptyBatchRequest", batch([])],
    ["a batch of eleven", "TooManyEntriesInBatchRequest", batch(entries(..."abcdefghijk"))],
    ["two entries of one id", "BatchEntryIdsNotDistinct", batch(entries("a", "a"))],
    ["an id outside the alphabet", "InvalidBatchEntryId", batch(entries("a b"))],
    [
      "a batch that is too large",
      "BatchRequestTooLong",
      batch(["a", "b"].map((Id) => ({ Id, MessageBody: "x".repeat(200_000) }))),
    ],
    ["a message that is too large", "InvalidParameterValue", () => send("x".repeat(262_145))],
    ["an empty message", "InvalidParameterValue", () => send("")],
    ["characters that XML does not know", "InvalidMessageContents", () => send("\u0001")],
    ["a delay of more than 15 minutes", "InvalidParameterValue", () => send("x", 901)],
    [
      "to keep message attributes, rather than lose them",
      "UnsupportedOperation",
      () => {
        const MessageAttributes = { a: { DataType: "String", StringValue: "b" } };
        const input = { QueueUrl: url(), MessageBody: "x", MessageAttributes };
        return client.send(new SendMessageCommand(input));
      },
    ],
    [
      "to wait longer than SQS does",
      "InvalidParameterValue",
      () => receive({ WaitTimeSeconds: 21 }),
    ],
    [
      "a receipt that it never gave",
      "ReceiptHandleIsInvalid",
      () => client.send(new DeleteMessageCommand({ QueueUrl: url(), ReceiptHandle: "x" })),
    ],
  ])("%s", async (_, name, attempt) => {
    await expect(attempt()).rejects.toMatchObject({ name });
  });

  test("to hide a message that nobody holds", async () => {
    await send("x");
    const [message] = await receive({ VisibilityTimeout: 0 });
    const change = new ChangeMessageVisibilityCommand({
      QueueUrl: url(),
      ReceiptHandle: message?.ReceiptHandle,
      VisibilityTimeout: 5,
    });
    await expect(client.send(change)).rejects.toMatchObject({ name: "MessageNotInflight" });
  });

  test("dead letters without a queue for them", async () => {
    const queues = [{ name: "work", visibilitySeconds: 1, receivesMax: 2, deadLetter: "nowhere" }];
    await expect(startQueue({ dataDir: "unused", queues })).rejects.toThrow("work");
  });

  test("the address of a queue that there is not", () => {
    expect(() => queue.queueUrl("elsewhere")).toThrow("elsewhere");
  });
});
