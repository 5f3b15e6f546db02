import { DeleteObjectsCommand, ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";
import { mockClient } from "aws-sdk-client-mock";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { emptyBucket } from "../../../lib/adapters/s3/empty-bucket.ts";

const s3 = mockClient(S3Client);
beforeEach(() => {
  s3.reset();
});
afterAll(() => s3.restore());

const empty = () => emptyBucket(new S3Client({}), "failures");
const named = (...keys: readonly string[]) => ({ Contents: keys.map((Key) => ({ Key })) });
const deleted = () =>
  s3
    .commandCalls(DeleteObjectsCommand)
    .map(({ args }) => args[0].input.Delete?.Objects?.map(({ Key }) => Key));

describe("emptying a bucket", () => {
  test("deletes page after page until nothing is listed", async () => {
    s3.on(ListObjectsV2Command).resolvesOnce(named("a", "b")).resolvesOnce(named("c")).resolves({});
    s3.on(DeleteObjectsCommand).resolves({});
    expect(await empty()).toBe(3);
    expect(deleted()).toEqual([["a", "b"], ["c"]]);
  });

  test("deletes nothing when there is nothing", async () => {
    s3.on(ListObjectsV2Command).resolves({});
    expect(await empty()).toBe(0);
    expect(deleted()).toEqual([]);
  });

  test("fails when an object stays, instead of asking for it for ever", async () => {
    s3.on(ListObjectsV2Command).resolves(named("a"));
    s3.on(DeleteObjectsCommand).resolves({ Errors: [{ Key: "a", Code: "AccessDenied" }] });
    await expect(empty()).rejects.toThrow("1 objects of failures stay: AccessDenied for a.");
  });

  test("takes a bucket that is gone for empty", async () => {
    s3.on(ListObjectsV2Command).rejects(Object.assign(new Error("no"), { name: "NoSuchBucket" }));
    expect(await empty()).toBe(0);
  });
});
