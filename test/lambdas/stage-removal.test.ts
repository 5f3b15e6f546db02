import { DescribeKeyCommand } from "@aws-sdk/client-kms";
import { DeleteObjectsCommand, ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";
import { mockClient } from "aws-sdk-client-mock";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { createKmsClient } from "../../lib/adapters/kms/client.ts";
import { createOwnKeyMaker } from "../../lib/adapters/kms/key-service.ts";
import { type LocalKms, startKms } from "../../local/kms.ts";
import { pointSdkAt, temporaryDirectory } from "../local/endpoints.ts";

const s3 = mockClient(S3Client);
let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
let kms: LocalKms;

beforeAll(async () => {
  directory = await temporaryDirectory();
  kms = await startKms({ dataDir: directory.path });
  pointSdkAt("KMS", kms.url);
  process.env.STAGE = "mine";
});

afterEach(() => {
  vi.restoreAllMocks();
});

afterAll(async () => {
  s3.restore();
  await kms.stop();
  await directory.remove();
});

test("an ephemeral stage takes the objects of its buckets and the keys of its users along, and nobody else's", async () => {
  vi.spyOn(process.stdout, "write").mockReturnValue(true);
  const client = createKmsClient();
  const { keyId: mine } = await createOwnKeyMaker(client, "mine").create("1_a");
  const { keyId: other } = await createOwnKeyMaker(client, "other").create("1_b");
  s3.on(ListObjectsV2Command, { Bucket: "failures" })
    .resolvesOnce({ Contents: [{ Key: "a" }] })
    .resolves({});
  s3.on(DeleteObjectsCommand, { Bucket: "failures" }).resolves({});
  const answers: unknown[] = [];
  vi.spyOn(globalThis, "fetch").mockImplementation(async (_, options) => {
    answers.push(JSON.parse(String(options?.body)));
    return new Response();
  });
  const { handler } = await import("../../lambdas/stage-removal.ts");
  const event = {
    RequestType: "Delete",
    ServiceToken: "function",
    ResponseURL: "https://cloudformation.example.org",
    StackId: "stack",
    RequestId: "request",
    LogicalResourceId: "Removal",
    ResourceType: "Custom::StageRemoval",
    PhysicalResourceId: "stage-removal",
    ResourceProperties: { ServiceToken: "function", Buckets: ["failures"] },
  } as const;
  await handler(event, { getRemainingTimeInMillis: () => 60_000 });
  expect(answers).toMatchObject([{ Status: "SUCCESS", PhysicalResourceId: "stage-removal" }]);
  const stateOf = async (KeyId: string) =>
    (await client.send(new DescribeKeyCommand({ KeyId }))).KeyMetadata?.KeyState;
  expect(await Promise.all([mine, other].map(stateOf))).toEqual(["PendingDeletion", "Enabled"]);
  expect(s3.commandCalls(DeleteObjectsCommand)).toHaveLength(1);
  client.destroy();
});
