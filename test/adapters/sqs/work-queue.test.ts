import { ReceiveMessageCommand, SendMessageBatchCommand, SQSClient } from "@aws-sdk/client-sqs";
import { mockClient } from "aws-sdk-client-mock";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createQueueClient } from "../../../lib/adapters/sqs/client.ts";
import { createWorkQueue, sendBounds } from "../../../lib/adapters/sqs/work-queue.ts";
import { parseWork, type Work } from "../../../lib/core/upkeep/work-queue.ts";
import type { LocalQueue } from "../../../local/queue.ts";
import { pointSdkAt, startTestQueue } from "../../local/endpoints.ts";
import { waitingClock } from "../waiting-clock.ts";

const catchUps = (count: number): readonly Work[] =>
  Array.from({ length: count }, (_, index) => ({
    kind: "catch-up",
    view: "accounts",
    generation: 1,
    stream: `account-${index}`,
  }));

describe("the work queue on a real endpoint", () => {
  let queue: LocalQueue;
  beforeAll(async () => {
    queue = await startTestQueue();
  });
  afterAll(() => queue.stop());

  const receive = async (WaitTimeSeconds = 0): Promise<readonly Work[]> => {
    const { Messages = [] } = await createQueueClient().send(
      new ReceiveMessageCommand({
        QueueUrl: queue.queueUrl("work"),
        MaxNumberOfMessages: 10,
        VisibilityTimeout: 600,
        WaitTimeSeconds,
      }),
    );
    return Messages.map(({ Body = "" }) => parseWork(Body));
  };

  test("delivers every message, more than one request takes", async () => {
    const work = createWorkQueue(createQueueClient(), queue.queueUrl("work"), waitingClock());
    await work.send(catchUps(25));
    const received = [...(await receive()), ...(await receive()), ...(await receive())];
    expect(received).toHaveLength(25);
    expect(received).toEqual(expect.arrayContaining([...catchUps(25)]));
  });

  test("holds messages back as long as it is told to", async () => {
    const work = createWorkQueue(createQueueClient(), queue.queueUrl("work"), waitingClock());
    await work.send(catchUps(1), { delaySeconds: 1 });
    expect(await receive()).toEqual([]);
    expect(await receive(5)).toHaveLength(1);
  });

  test("sends nothing when there is nothing to send", async () => {
    const work = createWorkQueue(createQueueClient(), "http://127.0.0.1:1/nowhere", waitingClock());
    await expect(work.send([])).resolves.toBeUndefined();
  });
});

describe("the work queue when SQS refuses messages", () => {
  pointSdkAt("SQS", "http://127.0.0.1:1");
  const client = new SQSClient();
  const sqs = mockClient(client);
  beforeEach(() => {
    sqs.reset();
  });

  const failed = (Id: string, SenderFault: boolean) => ({
    Id,
    SenderFault,
    Code: SenderFault ? "InvalidParameterValue" : "InternalError",
    Message: "says SQS",
  });
  const start = () => {
    const clock = waitingClock();
    return { clock, work: createWorkQueue(client, "https://sqs/work", clock) };
  };
  const idsSent = () =>
    sqs
      .commandCalls(SendMessageBatchCommand)
      .map(({ args: [{ input }] }) => input.Entries?.map(({ Id }) => Id));

  test("sends those again that were refused, and only those, after a wait", async () => {
    sqs
      .on(SendMessageBatchCommand)
      .resolvesOnce({ Successful: [], Failed: [failed("0", false), failed("2", false)] })
      .resolvesOnce({ Successful: [], Failed: [failed("2", false)] })
      .resolves({ Successful: [], Failed: [] });
    const { clock, work } = start();
    await work.send(catchUps(3));
    expect(idsSent()).toEqual([["0", "1", "2"], ["0", "2"], ["2"]]);
    expect(clock.waits).toHaveLength(2);
  });

  test("gives up within its bounds, and tells how many and why", async () => {
    sqs.on(SendMessageBatchCommand).resolves({ Successful: [], Failed: [failed("1", false)] });
    const { work } = start();
    await expect(work.send(catchUps(3))).rejects.toThrow(
      "1 of 3 messages were not queued: InternalError says SQS",
    );
    expect(idsSent()).toHaveLength(sendBounds.attemptsMax);
  });

  test("does not repeat what is the sender's own fault", async () => {
    sqs.on(SendMessageBatchCommand).resolves({ Successful: [], Failed: [failed("0", true)] });
    const { work } = start();
    await expect(work.send(catchUps(1))).rejects.toThrow("InvalidParameterValue");
    expect(idsSent()).toHaveLength(1);
  });

  test("passes on that the queue does not answer", async () => {
    sqs.on(SendMessageBatchCommand).rejects(new Error("socket hang up"));
    const { work } = start();
    await expect(work.send(catchUps(1))).rejects.toThrow("socket hang up");
  });
});
