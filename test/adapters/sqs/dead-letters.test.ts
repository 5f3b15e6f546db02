import {
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { mockClient } from "aws-sdk-client-mock";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createQueueClient } from "../../../lib/adapters/sqs/client.ts";
import { createDeadLetters, redriveBounds } from "../../../lib/adapters/sqs/dead-letters.ts";
import type { LocalQueue } from "../../../local/queue.ts";
import { pointSdkAt, startTestQueue } from "../../local/endpoints.ts";
import { waitingClock } from "../waiting-clock.ts";

describe("dead letters on a real endpoint", () => {
  let queue: LocalQueue;
  beforeAll(async () => {
    queue = await startTestQueue();
  });
  afterAll(() => queue.stop());

  test("are counted, and put back into the work queue as they were", async () => {
    const client = createQueueClient();
    const queues = { work: queue.queueUrl("work"), dead: queue.queueUrl("dead") };
    const bodies = Array.from({ length: 12 }, (_, index) => `{"poison":${index}}`);
    for (const MessageBody of bodies)
      await client.send(new SendMessageCommand({ QueueUrl: queues.dead, MessageBody }));
    const letters = createDeadLetters(client, queues, waitingClock());
    expect(await letters.count()).toBe(12);
    expect(await letters.redrive()).toEqual({ moved: 12, more: false });
    expect(await letters.count()).toBe(0);
    const received: (string | undefined)[] = [];
    while (received.length < 12) {
      const { Messages = [] } = await client.send(
        new ReceiveMessageCommand({
          QueueUrl: queues.work,
          MaxNumberOfMessages: 10,
          VisibilityTimeout: 600,
        }),
      );
      received.push(...Messages.map(({ Body }) => Body));
    }
    expect(received.toSorted()).toEqual(bodies.toSorted());
  });
});

describe("a redrive when SQS fails", () => {
  pointSdkAt("SQS", "http://127.0.0.1:1");
  const client = new SQSClient();
  const sqs = mockClient(client);
  beforeEach(() => {
    sqs.reset();
  });

  const queues = { work: "https://sqs/work", dead: "https://sqs/dead" };
  const letters = () => createDeadLetters(client, queues, waitingClock());
  const message = (name: string) => ({ Body: name, ReceiptHandle: `handle of ${name}` });
  const success = (Id: string) => ({ Id, MessageId: Id, MD5OfMessageBody: "" });
  const failure = (Id: string) => ({ Id, SenderFault: false, Code: "InternalError" });

  test("removes only what was put back, and tells that something is left", async () => {
    sqs
      .on(ReceiveMessageCommand)
      .resolvesOnce({ Messages: [message("a"), message("b"), message("c")] })
      .resolves({});
    sqs
      .on(SendMessageBatchCommand)
      .resolves({ Successful: [success("0"), success("2")], Failed: [failure("1")] });
    sqs.on(DeleteMessageBatchCommand).resolves({ Successful: [], Failed: [] });
    expect(await letters().redrive()).toEqual({ moved: 2, more: true });
    const [removal] = sqs.commandCalls(DeleteMessageBatchCommand);
    expect(removal?.args[0].input).toEqual({
      QueueUrl: queues.dead,
      Entries: [
        { Id: "0", ReceiptHandle: "handle of a" },
        { Id: "2", ReceiptHandle: "handle of c" },
      ],
    });
  });

  test("stops with the reason when nothing can be put back, and removes nothing", async () => {
    sqs.on(ReceiveMessageCommand).resolves({ Messages: [message("a")] });
    sqs.on(SendMessageBatchCommand).resolves({ Successful: [], Failed: [failure("0")] });
    await expect(letters().redrive()).rejects.toThrow("were not put back: InternalError");
    expect(sqs.commandCalls(DeleteMessageBatchCommand)).toHaveLength(0);
  });

  test("ends within its bounds when there is no end of messages", async () => {
    sqs.on(ReceiveMessageCommand).resolves({ Messages: [message("a")] });
    sqs.on(SendMessageBatchCommand).resolves({ Successful: [success("0")], Failed: [] });
    sqs.on(DeleteMessageBatchCommand).resolves({ Successful: [], Failed: [] });
    const { messagesMax } = redriveBounds;
    expect(await letters().redrive()).toEqual({ moved: messagesMax, more: true });
  });

  test("counts those too that someone has just taken", async () => {
    sqs.on(GetQueueAttributesCommand).resolves({
      Attributes: {
        ApproximateNumberOfMessages: "3",
        ApproximateNumberOfMessagesNotVisible: "2",
      },
    });
    expect(await letters().count()).toBe(5);
  });
});
