import { ReceiveMessageCommand } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { createViewCatalogue } from "../../lib/adapters/dynamodb/view-catalogue.ts";
import { createQueueClient } from "../../lib/adapters/sqs/client.ts";
import { tableVariable } from "../../lib/core/system/table.ts";
import { viewControlTable } from "../../lib/core/system/tables.ts";
import { parseWork } from "../../lib/core/upkeep/work-queue.ts";
import { keepDiscarded } from "../../local/failure-destination.ts";
import { tellCreated } from "../../local/failure-notice.ts";
import type { Handler } from "../../local/function.ts";
import type { LocalQueue } from "../../local/queue.ts";
import { type LocalS3, startS3 } from "../../local/s3.ts";
import { type StartedStore, startStore } from "../adapters/dynamodb/started-store.ts";
import { pointSdkAt, startTestQueue, temporaryDirectory } from "../local/endpoints.ts";

let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
let store: StartedStore;
let queue: LocalQueue;
let s3: LocalS3;
let handler: Handler;
const logged: string[] = [];

beforeAll(async () => {
  for (const stream of [process.stdout, process.stderr])
    vi.spyOn(stream, "write").mockImplementation((line) => {
      logged.push(String(line));
      return true;
    });
  directory = await temporaryDirectory();
  store = await startStore([viewControlTable]);
  queue = await startTestQueue();
  s3 = await startS3({ directory: directory.path });
  pointSdkAt("S3", s3.url);
  process.env[tableVariable(viewControlTable)] = viewControlTable.name;
  process.env.WORK_QUEUE_URL = queue.queueUrl("work");
  process.env.PROJECTOR_FAILURES = "projector";
  process.env.PUBLISHER_FAILURES = "publisher";
  const rescuer = await import("../../lambdas/rescuer.ts");
  handler = (event, context) =>
    rescuer.handler(event as Parameters<typeof rescuer.handler>[0], context);
});

afterAll(async () => {
  vi.restoreAllMocks();
  await Promise.all([s3.stop(), queue.stop(), store.stop()]);
  await directory.remove();
});

const received = async () => {
  const { Messages = [] } = await createQueueClient().send(
    new ReceiveMessageCommand({ QueueUrl: queue.queueUrl("work"), MaxNumberOfMessages: 10 }),
  );
  return Messages.map(({ Body = "" }) => parseWork(Body));
};

const give = (consumer: string, ...streams: readonly string[]) => {
  const fn = { name: "rescuer", handler, timeoutMs: 10_000 };
  const log = (line: string) => void logged.push(line);
  const onCreated = tellCreated({ function: fn, backoffMs: 1, log });
  const records = streams.map((stream) => ({
    dynamodb: { Keys: { stream: { S: stream }, version: { N: "1" } } },
  }));
  const keep = keepDiscarded(directory.path, consumer, onCreated);
  return keep({ reason: "poison", records });
};

describe("the rescuer", () => {
  test("queues a catch-up for every stream of a batch that the projector's mapping gave up", async () => {
    const catalogue = createViewCatalogue(store.client, viewControlTable.name);
    await catalogue.create("accounts", 1);
    await give("projector", "account-1", "ride-1", "account-2", "account-1");
    const catchUp = { kind: "catch-up", view: "accounts", generation: 1 };
    expect(await received()).toEqual([
      { ...catchUp, stream: "account-1" },
      { ...catchUp, stream: "account-2" },
    ]);
    expect(logged.join("\n")).toContain("A batch that was given up was queued again.");
  });

  test("queues what the publisher's mapping gave up to be published again", async () => {
    await give("publisher", "account-1", "ride-1", "account-1");
    const publish = { kind: "publish", from: 1, to: 1 };
    expect(await received()).toEqual([
      { ...publish, stream: "account-1" },
      { ...publish, stream: "ride-1" },
    ]);
  });

  test("fails, so that it is seen, on an object in a bucket that is nobody's", async () => {
    logged.length = 0;
    await give("stranger", "account-1");
    expect(logged.join("\n")).toContain("Nobody's batches lie in stranger.");
    expect(await received()).toEqual([]);
  });

  test("fails, so that it is seen, on an object that is no batch", async () => {
    logged.length = 0;
    await give("projector");
    expect(logged.join("\n")).toContain("This is no batch of the event table");
    expect(await received()).toEqual([]);
  });
});
