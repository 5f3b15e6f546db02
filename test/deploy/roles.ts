import { DynamoDBClient, PutItemCommand, QueryCommand } from "@aws-sdk/client-dynamodb";
import {
  DecryptCommand,
  DescribeKeyCommand,
  GenerateDataKeyCommand,
  KMSClient,
  ScheduleKeyDeletionCommand,
} from "@aws-sdk/client-kms";
import { afterAll, beforeAll, expect, test } from "vitest";
import * as z from "zod/mini";
import type { Cloud } from "./cloud.ts";
import { keysOf } from "./inventory.ts";
import { given, type Proof } from "./proof.ts";

const Made = z.object({
  AccessKey: z.object({ AccessKeyId: z.string(), SecretAccessKey: z.string() }),
});
const Policies = z.object({ PolicyNames: z.array(z.string()) });
const Policy = z.object({ PolicyDocument: z.unknown() });
const Key = z.object({ KeyMetadata: z.object({ KeyId: z.string() }) });

/** Somebody who may do what the role of a function may, and nothing else. */
interface Double {
  readonly tables: DynamoDBClient;
  readonly keys: KMSClient;
}

const clientsOf = async (cloud: Cloud, UserName: string): Promise<Double> => {
  const { AccessKey } = await cloud.ask(Made, "iam", "create_access_key", { UserName });
  const { AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey } = AccessKey;
  const options = { credentials: { accessKeyId, secretAccessKey }, maxAttempts: 1 };
  return { tables: new DynamoDBClient(options), keys: new KMSClient(options) };
};

const doubleOf = async ({ cloud, dev }: Proof, name: string): Promise<Double> => {
  const UserName = `like-${name}`;
  await cloud.tell("iam", "create_user", { UserName });
  const RoleName = dev.nameOf(`${name}Role`, "AWS::IAM::Role");
  const { PolicyNames } = await cloud.ask(Policies, "iam", "list_role_policies", { RoleName });
  for (const PolicyName of PolicyNames) {
    const asked = { RoleName, PolicyName };
    const { PolicyDocument } = await cloud.ask(Policy, "iam", "get_role_policy", asked);
    await cloud.tell("iam", "put_user_policy", {
      ...{ UserName, PolicyName, PolicyDocument: JSON.stringify(PolicyDocument) },
    });
  }
  return clientsOf(cloud, UserName);
};

const refusal = /not authorized/;
const EncryptionContext = { user: "somebody" };

/** The roles of functions, as they are in the account, before what they must not do. */
export const tryRoles = (proof: () => Proof): void => {
  const doubles = new Map<string, Double>();
  const like = (name: string): Double => given(doubles.get(name), name);
  let KeyId = "";

  const generate = (id = KeyId, context: Record<string, string> = EncryptionContext) =>
    new GenerateDataKeyCommand({ KeyId: id, KeySpec: "AES_256", EncryptionContext: context });
  const decrypt = (CiphertextBlob: Uint8Array | undefined) =>
    new DecryptCommand({ KeyId, CiphertextBlob, EncryptionContext });
  const events = () => ({
    TableName: proof().dev.nameOf("EventStoreTable", "AWS::DynamoDB::GlobalTable"),
  });
  const query = () =>
    new QueryCommand({
      ...events(),
      KeyConditionExpression: "stream = :stream",
      ExpressionAttributeValues: { ":stream": { S: "account-none" } },
    });
  const put = () =>
    new PutItemCommand({
      ...events(),
      Item: { stream: { S: "account-none" }, version: { N: "1" } },
    });

  beforeAll(async () => {
    for (const name of ["Command", "Query", "People"])
      doubles.set(name, await doubleOf(proof(), name));
    await proof().cloud.tell("iam", "create_user", { UserName: "nobody" });
    doubles.set("nobody", await clientsOf(proof().cloud, "nobody"));
    const keys = await keysOf(proof().cloud, "dev");
    KeyId = given(
      keys.find(({ state }) => state === "Enabled"),
      "A user's key",
    ).id;
  });
  afterAll(() => {
    for (const { tables, keys } of doubles.values()) {
      tables.destroy();
      keys.destroy();
    }
  });

  test("whose role has no policy may nothing", async () => {
    await expect(like("nobody").tables.send(query())).rejects.toThrow(refusal);
    await expect(like("nobody").keys.send(generate())).rejects.toThrow(refusal);
  });

  test("who reads cannot write the log", async () => {
    expect((await like("Query").tables.send(query())).Items).toEqual([]);
    await expect(like("Query").tables.send(put())).rejects.toThrow(refusal);
    await expect(like("People").tables.send(query())).rejects.toThrow(refusal);
  });

  test("who seals cannot open, who opens cannot seal, and who destroys can do neither", async () => {
    const { CiphertextBlob } = await like("Command").keys.send(generate());
    await expect(like("Command").keys.send(decrypt(CiphertextBlob))).rejects.toThrow(refusal);
    const opened = await like("Query").keys.send(decrypt(CiphertextBlob));
    expect(opened.Plaintext).toHaveLength(32);
    await expect(like("Query").keys.send(generate())).rejects.toThrow(refusal);
    const described = await like("People").keys.send(new DescribeKeyCommand({ KeyId }));
    expect(described.KeyMetadata?.KeyId).toBe(KeyId);
    await expect(like("People").keys.send(generate())).rejects.toThrow(refusal);
    await expect(like("People").keys.send(decrypt(CiphertextBlob))).rejects.toThrow(refusal);
    const end = () => new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: 7 });
    for (const name of ["Command", "Query"])
      await expect(like(name).keys.send(end())).rejects.toThrow(refusal);
  });

  test("nobody uses a key without saying for whom, or a key that is not the stage's", async () => {
    const { cloud } = proof();
    await expect(like("Command").keys.send(generate(KeyId, {}))).rejects.toThrow(refusal);
    const { KeyMetadata } = await cloud.ask(Key, "kms", "create_key", {
      Tags: [
        { TagKey: "everfold:stage", TagValue: "other" },
        { TagKey: "everfold:purpose", TagValue: "subject-key" },
      ],
    });
    await expect(like("Command").keys.send(generate(KeyMetadata.KeyId))).rejects.toThrow(refusal);
  });
};
