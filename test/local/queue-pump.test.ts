import { createHash } from "node:crypto";
import { GetQueueAttributesCommand, SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import type { SQSEvent, SQSRecord } from "aws-lambda";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import * as z from "zod/mini";
import { AwsRefusal, startAwsJson } from "../../local/aws-json.ts";
import type { LocalQueue } from "../../local/queue.ts";
import { type QueuePump, type QueuePumpOptions, startQueuePump } from "../../local/queue-pump.ts";
import { pointSdkAt, startTestQueue } from "./endpoints.ts";

let queue: LocalQueue;
let client: SQSClient;
let pump: QueuePump | undefined;
beforeEach(async () => {
  queue = await startTestQueue();
  client = new SQSClient();
});
afterEach(async () => {
  await pump?.stop();
  client.destroy();
  await queue.stop();
});

const send = async (...bodies: readonly string[]) => {
  for (const MessageBody of bodies)
    await client.send(new SendMessageCommand({ QueueUrl: queue.queueUrl("work"), MessageBody }));
};
const lengthOf = async (name: string) => {
  const { Attributes } = await client.send(
    new GetQueueAttributesCommand({ QueueUrl: queue.queueUrl(name), AttributeNames: ["All"] }),
  );
  const { ApproximateNumberOfMessages: waiting, ApproximateNumberOfMessagesNotVisible: held } =
    Attributes ?? {};
  return { waiting: Number(waiting), held: Number(held) };
};
const Event = z.custom<SQSEvent>((event) => typeof event === "object" && event !== null);

/** Starts a pump, and notes what its function was called with. */
const pumpTo = (
  answer: (records: readonly SQSRecord[]) => unknown,
  options: Partial<QueuePumpOptions> = {},
): readonly SQSEvent[] => {
  const calls: SQSEvent[] = [];
  const handler = (raw: unknown): unknown => {
    const event = Event.parse(raw);
    calls.push(event);
    return answer(event.Records);
  };
  const queueUrl = queue.queueUrl("work");
  const called = { name: "catch-up", handler, timeoutMs: 10_000 };
  pump = startQueuePump({ queueUrl, function: called, ...options });
  return calls;
};
const idle = () => pump?.idle();
const deferred = <T>() => {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
};
const failing = (...records: readonly SQSRecord[]) => ({
  batchItemFailures: records.map(({ messageId }) => ({ itemIdentifier: messageId })),
});
/** How often each body was handed over. */
const deliveries = (calls: readonly SQSEvent[]) => {
  const counts: Record<string, number> = {};
  for (const { body } of calls.flatMap(({ Records }) => Records))
    counts[body] = (counts[body] ?? 0) + 1;
  return counts;
};

describe("the pump of a queue", () => {
  test("hands over messages in the form of Lambda, and removes them", async () => {
    await send('{"kind":"é"}');
    const calls = pumpTo(() => undefined);
    await idle();
    expect(calls).toEqual([
      {
        Records: [
          {
            messageId: expect.stringMatching(/^[0-9a-f-]{36}$/),
            receiptHandle: expect.any(String),
            body: '{"kind":"é"}',
            attributes: {
              ApproximateReceiveCount: "1",
              SentTimestamp: expect.stringMatching(/^\d{13}$/),
              SenderId: "000000000000",
              ApproximateFirstReceiveTimestamp: expect.stringMatching(/^\d{13}$/),
            },
            messageAttributes: {},
            md5OfBody: createHash("md5").update('{"kind":"é"}').digest("hex"),
            eventSource: "aws:sqs",
            eventSourceARN: "arn:aws:sqs:us-east-1:000000000000:work",
            awsRegion: "us-east-1",
          },
        ],
      },
    ]);
  });

  test("makes batches of what waits, up to their size", async () => {
    await send("a", "b", "c", "d", "e");
    const calls = pumpTo(() => ({ batchItemFailures: [] }), { batchSize: 3, concurrency: 1 });
    await idle();
    expect(calls.map(({ Records }) => Records.map(({ body }) => body))).toEqual([
      ["a", "b", "c"],
      ["d", "e"],
    ]);
  });

  test("brings back what the function gave up, and nothing else", async () => {
    await send("a", "b", "c");
    let isFirst = true;
    const calls = pumpTo((records) => {
      const given = isFirst ? records.filter(({ body }) => body === "b") : [];
      isFirst = false;
      return failing(...given);
    });
    await idle();
    expect(deliveries(calls)).toEqual({ a: 1, b: 2, c: 1 });
    expect(calls.at(-1)?.Records[0]?.attributes.ApproximateReceiveCount).toBe("2");
  });

  test.each<[string, (records: readonly SQSRecord[]) => unknown]>([
    [
      "throws",
      () => {
        throw new Error("no");
      },
    ],
    [
      "names a message that was not in the batch",
      () => ({ batchItemFailures: [{ itemIdentifier: "x" }] }),
    ],
    ["names a message by nothing", () => ({ batchItemFailures: [{ itemIdentifier: "" }] })],
    ["names failures in another form", ([first]) => ({ batchItemFailures: [first?.messageId] })],
  ])("brings back the whole batch when the function %s", async (_, answer) => {
    await send("a", "b");
    let isFirst = true;
    const calls = pumpTo((records) => {
      if (!isFirst) return undefined;
      isFirst = false;
      return answer(records);
    });
    await idle();
    expect(deliveries(calls)).toEqual({ a: 2, b: 2 });
  });

  test.each([
    ["nothing", undefined],
    ["null", null],
    ["an empty object", {}],
    ["no failures", { batchItemFailures: [] }],
    ["null for failures", { batchItemFailures: null }],
  ])("takes %s for success", async (_, answer) => {
    await send("a", "b");
    const calls = pumpTo(() => answer);
    await idle();
    expect(deliveries(calls)).toEqual({ a: 1, b: 1 });
  });

  test("leaves poison to the dead letters, and tells each failure", async () => {
    await send("good", "poison");
    const failures: unknown[] = [];
    const calls = pumpTo(
      ([record]) => {
        if (record?.body === "poison") throw new Error("poison was swallowed");
      },
      { batchSize: 1, onFailure: (error) => failures.push(error) },
    );
    await idle();
    expect(deliveries(calls)).toEqual({ good: 1, poison: 2 });
    expect(failures.map(String)).toEqual(Array(2).fill("Error: poison was swallowed"));
    expect(await lengthOf("dead")).toEqual({ waiting: 1, held: 0 });
  });

  test("calls the function as often at once as it may, and not more often", async () => {
    let running = 0;
    let most = 0;
    const met = deferred<void>();
    await send("a", "b", "c", "d", "e", "f");
    const calls = pumpTo(
      async () => {
        running += 1;
        most = Math.max(most, running);
        if (running === 2) met.resolve();
        await met.promise;
        running -= 1;
      },
      { batchSize: 1, concurrency: 2 },
    );
    await idle();
    expect(most).toBe(2);
    expect(calls).toHaveLength(6);
  });

  test("is idle while a message is held back for later", async () => {
    const QueueUrl = queue.queueUrl("work");
    await client.send(new SendMessageCommand({ QueueUrl, MessageBody: "a", DelaySeconds: 60 }));
    const calls = pumpTo(() => undefined);
    await idle();
    expect(calls).toHaveLength(0);
  });

  test("stops after the call under way, with its message removed and no other taken", async () => {
    const begun = deferred<void>();
    const finished = deferred<void>();
    await send("a", "b");
    const calls = pumpTo(
      async () => {
        begun.resolve();
        await finished.promise;
      },
      { batchSize: 1, concurrency: 1 },
    );
    await begun.promise;
    const stopped = pump?.stop();
    finished.resolve();
    await stopped;
    expect(deliveries(calls)).toEqual({ a: 1 });
    expect(await lengthOf("work")).toEqual({ waiting: 1, held: 0 });
  });

  test("tells of trouble with the queue, and goes on after it", async () => {
    const body = "after all";
    const message = {
      MessageId: "1",
      ReceiptHandle: "receipt",
      Body: body,
      MD5OfBody: createHash("md5").update(body).digest("hex"),
    };
    let attempts = 0;
    const removed = deferred<unknown>();
    const endpoint = await startAwsJson({
      target: "AmazonSQS",
      contentType: "application/x-amz-json-1.0",
      bodyBytesMax: 10_000,
      operations: {
        ReceiveMessage: (_, signal) => {
          attempts += 1;
          if (attempts === 1) throw new AwsRefusal("AccessDenied", "not now");
          if (attempts === 2) return { Messages: [message] };
          return new Promise((resolve) => signal.addEventListener("abort", () => resolve({})));
        },
        DeleteMessageBatch: (input) => {
          removed.resolve(input);
          return { Successful: [], Failed: [] };
        },
      },
    });
    pointSdkAt("SQS", endpoint.url);
    const failures: unknown[] = [];
    const calls = pumpTo(() => undefined, {
      queueUrl: `${endpoint.url}/0/work`,
      concurrency: 1,
      onFailure: (error) => failures.push(error),
    });
    expect(await removed.promise).toMatchObject({ Entries: [{ ReceiptHandle: "receipt" }] });
    expect(failures.map(String)).toEqual(["AccessDenied: not now"]);
    expect(deliveries(calls)).toEqual({ [body]: 1 });
    await pump?.stop();
    await endpoint.stop();
  });
});
