import { DecryptCommand, GenerateDataKeyCommand, KMSClient } from "@aws-sdk/client-kms";
import {
  BatchGetCommand,
  DynamoDBDocumentClient,
  GetCommand,
  TransactWriteCommand,
} from "@aws-sdk/lib-dynamodb";
import { mockClient } from "aws-sdk-client-mock";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { opener, sealer } from "../../lambdas/key-ports.ts";
import { tableVariable } from "../../lib/core/system/table.ts";
import { subjectKeyTable } from "../../lib/core/system/tables.ts";
import { meteredClient } from "../adapters/dynamodb/metered-client.ts";
import { pointSdkAt } from "../adapters/dynamodb/sdk-environment.ts";

pointSdkAt("http://127.0.0.1:1");
const dynamo = mockClient(DynamoDBDocumentClient);
const kms = mockClient(KMSClient);

const table = subjectKeyTable.name;
const claim = `${new Date().toISOString()}_0123456789abcdef`;
const ada = { user: "ada", item: "key", state: "ready", claim, keyId: "k1", own: false };

beforeEach(() => {
  for (const mock of [dynamo, kms]) mock.reset();
  vi.stubEnv(tableVariable(subjectKeyTable), table);
  vi.stubEnv("SUBJECT_KEYS", "shared");
  vi.stubEnv("SHARED_KEY_ID", "k1");
  dynamo.on(GetCommand).resolves({ Item: ada });
  dynamo.on(TransactWriteCommand).resolves({});
  kms.on(GenerateDataKeyCommand).callsFake(() => ({
    Plaintext: new Uint8Array(32).fill(7),
    CiphertextBlob: Uint8Array.of(1),
  }));
  kms.on(DecryptCommand).callsFake(() => ({ Plaintext: new Uint8Array(32).fill(7) }));
});
afterEach(() => {
  vi.unstubAllEnvs();
});

/** What the table holds once a data key was stored. */
const showStored = (): void => {
  const [call] = dynamo.commandCalls(TransactWriteCommand);
  const stored = call?.args[0].input.TransactItems?.[1]?.Put?.Item ?? {};
  dynamo.on(BatchGetCommand).resolves({ Responses: { [table]: [ada, stored] } });
};

describe("a data key in clear", () => {
  test("seals for one operation after the other: the process remembers it", async () => {
    const sealerBy = sealer(() => undefined);
    await sealerBy(meteredClient()).seal("ada", ["Ada"]);
    await sealerBy(meteredClient()).seal("ada", ["Ada"]);
    expect(kms.commandCalls(GenerateDataKeyCommand)).toHaveLength(1);
    expect(dynamo.commandCalls(TransactWriteCommand)).toHaveLength(1);
  });

  test("opens for one operation after the other: the process remembers it", async () => {
    const sealed = await sealer(() => undefined)(meteredClient()).seal("ada", ["Ada"]);
    showStored();
    const openerBy = opener();
    for (let operations = 0; operations < 2; operations++)
      expect(await openerBy(meteredClient()).open(sealed)).toEqual([{ value: "Ada" }]);
    expect(kms.commandCalls(DecryptCommand)).toHaveLength(1);
    expect(dynamo.commandCalls(BatchGetCommand)).toHaveLength(1);
  });
});
