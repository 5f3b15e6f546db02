import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { GetObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type LocalS3, startS3 } from "../../local/s3.ts";
import { askedAs } from "./asked-as.ts";
import { temporaryDirectory } from "./endpoints.ts";

let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
let s3: LocalS3;
let client: S3Client;

beforeEach(async () => {
  directory = await temporaryDirectory();
  await mkdir(join(directory.path, "buckets", "one", "a b"), { recursive: true });
  await writeFile(join(directory.path, "buckets", "one", "a b", "c+d=é"), "content");
  await writeFile(join(directory.path, "secret"), "secret");
  s3 = await startS3({ directory: join(directory.path, "buckets") });
  client = new S3Client({
    endpoint: s3.url,
    region: "us-east-1",
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
    maxAttempts: 1,
  });
});

afterEach(async () => {
  client.destroy();
  await s3.stop();
  await directory.remove();
});

const get = async (Bucket: string, Key: string): Promise<string | undefined> => {
  const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
  return Body?.transformToString();
};

describe("the local S3", () => {
  test("gives an unmodified client what lies in a bucket's folder, whatever its name", async () => {
    expect(await get("one", "a b/c+d=é")).toBe("content");
  });

  test.each([
    ["a key that is not there", "one", "a b/other"],
    ["a bucket that is not there", "two", "a b/c+d=é"],
    ["a folder", "one", "a b"],
  ])("refuses %s as S3 does", async (_, bucket, key) => {
    await expect(get(bucket, key)).rejects.toMatchObject({ name: "NoSuchKey" });
  });

  test.each(["/one/../../secret", "/..%2fsecret", "/one/%2e%2e/%2e%2e/secret"])(
    "leaves what lies outside alone: %s",
    async (path) => {
      expect((await fetch(`${s3.url}${path}`)).status).toBe(404);
    },
  );

  test("gives nothing to a name that leads here by a trick", async () => {
    const url = `${s3.url}/one/a%20b/c+d=%C3%A9`;
    expect(await askedAs(url, {})).toMatchObject({ status: 200, body: "content" });
    const answer = await askedAs(url, { host: "evil.example" });
    expect(answer).toMatchObject({
      status: 421,
      body: expect.stringContaining("MisdirectedRequest"),
    });
  });

  test("takes no writes", async () => {
    const { status } = await fetch(`${s3.url}/one/new`, { method: "PUT", body: "x" });
    expect(status).toBe(405);
  });
});
