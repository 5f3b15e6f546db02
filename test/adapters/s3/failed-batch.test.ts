import { GetObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { mockClient } from "aws-sdk-client-mock";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createObjectClient } from "../../../lib/adapters/s3/client.ts";
import {
  failedBatchBytesMax,
  keysIn,
  readFailedBatch,
} from "../../../lib/adapters/s3/failed-batch.ts";
import type { CommitKey } from "../../../lib/core/upkeep/recover-batch.ts";
import { keepDiscarded } from "../../../local/failure-destination.ts";
import { startS3 } from "../../../local/s3.ts";
import { pointSdkAt, temporaryDirectory } from "../../local/endpoints.ts";

const record = (stream: string, version: number) => ({
  eventID: "1",
  eventName: "INSERT" as const,
  dynamodb: { Keys: { stream: { S: stream }, version: { N: String(version) } } },
});

// The example of the Lambda Developer Guide, with a batch in its payload.
const invocation = {
  requestContext: {
    requestId: "316aa6d0-8154-xmpl-9af7-85d5f4a6bc81",
    functionArn: "arn:aws:lambda:us-east-2:123456789012:function:myfunction",
    condition: "RetryAttemptsExhausted",
    approximateInvokeCount: 1,
  },
  responseContext: { statusCode: 200, executedVersion: "$LATEST", functionError: "Unhandled" },
  version: "1.0",
  timestamp: "2019-11-14T00:13:49.717Z",
  DDBStreamBatchInfo: {
    shardId: "shardId-00000001573689847184-864758bb",
    startSequenceNumber: "800000000003126276362",
    endSequenceNumber: "800000000003126276362",
    approximateArrivalOfFirstRecord: "2019-11-14T00:13:19Z",
    approximateArrivalOfLastRecord: "2019-11-14T00:13:19Z",
    batchSize: 2,
    streamArn: "arn:aws:dynamodb:us-east-2:123456789012:table/mytable/stream/2019-11-14T00:04:06",
  },
  payload: JSON.stringify({ Records: [record("account-1", 1), record("ride-2", 7)] }),
};

describe("the record of a batch that was given up", () => {
  test("names the commits of its quoted batch", () => {
    expect(keysIn(JSON.stringify(invocation))).toEqual([
      { stream: "account-1", version: 1 },
      { stream: "ride-2", version: 7 },
    ]);
  });

  test.each([
    ["nothing", ""],
    ["no JSON", "batch"],
    ["no payload, as a queue would get it", JSON.stringify({ ...invocation, payload: undefined })],
    ["a payload that is cut off", JSON.stringify({ ...invocation, payload: '{"Records":[' })],
    ["an empty batch", JSON.stringify({ ...invocation, payload: '{"Records":[]}' })],
    [
      "a commit without a version",
      JSON.stringify({
        ...invocation,
        payload: JSON.stringify({
          Records: [{ dynamodb: { Keys: { stream: { S: "x" }, version: { N: "0" } } } }],
        }),
      }),
    ],
    [
      "records of another table",
      JSON.stringify({
        ...invocation,
        payload: JSON.stringify({ Records: [{ dynamodb: { Keys: { key: { S: "x" } } } }] }),
      }),
    ],
  ])("is refused when it holds %s", (_, text) => {
    expect(() => keysIn(text)).toThrow("This is no batch of the event table");
  });
});

describe("reading it", () => {
  let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
  beforeEach(async () => {
    directory = await temporaryDirectory();
  });
  afterEach(() => directory.remove());

  test("finds what the local failure destination has written, under the key that it told", async () => {
    const s3 = await startS3({ directory: directory.path });
    pointSdkAt("S3", s3.url);
    const client = createObjectClient();
    const read: CommitKey[] = [];
    const keep = keepDiscarded(directory.path, "projector", async (place) => {
      read.push(...(await readFailedBatch(client, place)));
    });
    await keep({ reason: "poison", records: [record("account-1", 1), record("cart-3", 2)] });
    expect(read).toEqual([
      { stream: "account-1", version: 1 },
      { stream: "cart-3", version: 2 },
    ]);
    client.destroy();
    await s3.stop();
  });

  test("refuses an object that is too large to be one", async () => {
    const client = mockClient(S3Client);
    client.on(GetObjectCommand).resolves({ ContentLength: failedBatchBytesMax + 1 });
    await expect(
      readFailedBatch(new S3Client({}), { bucket: "failures", key: "a/b" }),
    ).rejects.toThrow("failures/a/b has 16777217 bytes");
    client.restore();
  });
});
