import { fork } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CancelKeyDeletionCommand,
  CreateKeyCommand,
  DecryptCommand,
  DescribeKeyCommand,
  DisableKeyCommand,
  EnableKeyCommand,
  GenerateDataKeyCommand,
  GetPublicKeyCommand,
  KMSClient,
  ListKeysCommand,
  ListResourceTagsCommand,
  ScheduleKeyDeletionCommand,
  TagResourceCommand,
} from "@aws-sdk/client-kms";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { keyFileName, type LocalKms, startKms } from "../../local/kms.ts";

let dataDir: string;
let kms: LocalKms;
let client: KMSClient;

const clientOf = (endpoint: string): KMSClient =>
  new KMSClient({
    endpoint,
    region: "us-east-1",
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
    maxAttempts: 1,
  });

const start = async (): Promise<void> => {
  kms = await startKms({ dataDir });
  client = clientOf(kms.url);
};

const stop = async (): Promise<void> => {
  client.destroy();
  await kms.stop();
};

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "everfold-kms-"));
  await start();
});

afterEach(async () => {
  vi.useRealTimers();
  await stop();
  await rm(dataDir, { recursive: true });
});

const create = async (): Promise<string> => {
  const { KeyMetadata } = await client.send(
    new CreateKeyCommand({ Tags: [{ TagKey: "claim", TagValue: "2030_a" }] }),
  );
  return KeyMetadata?.KeyId ?? "";
};

const EncryptionContext = { user: "ada", stage: "dev" };

const generate = (KeyId: string) =>
  client.send(new GenerateDataKeyCommand({ KeyId, KeySpec: "AES_256", EncryptionContext }));

const decrypt = (CiphertextBlob: Uint8Array | undefined, more: object = {}) =>
  client.send(new DecryptCommand({ CiphertextBlob, EncryptionContext, ...more }));

const stateOf = async (KeyId: string): Promise<string | undefined> => {
  const { KeyMetadata } = await client.send(new DescribeKeyCommand({ KeyId }));
  return KeyMetadata?.KeyState;
};

/** The name of the error that a call ends with. */
const refusal = async (call: Promise<unknown>): Promise<string> => {
  try {
    await call;
    return "none";
  } catch (error) {
    return error instanceof Error ? error.name : "unknown";
  }
};

describe("the local KMS", () => {
  it("generates data keys that decrypt to the same bytes, under the key's id or ARN", async () => {
    const id = await create();
    const { Plaintext, CiphertextBlob, KeyId } = await generate(id);
    expect(Plaintext).toHaveLength(32);
    expect(KeyId).toMatch(new RegExp(`^arn:aws:kms:us-east-1:000000000000:key/${id}$`));
    for (const more of [{}, { KeyId: id }, { KeyId }])
      expect((await decrypt(CiphertextBlob, more)).Plaintext).toEqual(Plaintext);
    expect((await generate(id)).Plaintext).not.toEqual(Plaintext);
  });

  it("decrypts with the same encryption context only, in any order of its entries", async () => {
    const { CiphertextBlob, Plaintext } = await generate(await create());
    const reordered = { stage: "dev", user: "ada" };
    const { Plaintext: again } = await decrypt(CiphertextBlob, { EncryptionContext: reordered });
    expect(again).toEqual(Plaintext);
    for (const other of [{}, { user: "ada" }, { user: "bob", stage: "dev" }, undefined])
      expect(await refusal(decrypt(CiphertextBlob, { EncryptionContext: other }))).toBe(
        "InvalidCiphertextException",
      );
  });

  it("refuses ciphertexts that were changed, and those of another key", async () => {
    const id = await create();
    const { CiphertextBlob = new Uint8Array() } = await generate(id);
    const changed = Uint8Array.from(CiphertextBlob);
    changed[30] = (changed[30] ?? 0) ^ 1;
    expect(await refusal(decrypt(changed))).toBe("InvalidCiphertextException");
    expect(await refusal(decrypt(Uint8Array.of(1, 2, 3)))).toBe("InvalidCiphertextException");
    const other = await create();
    expect(await refusal(decrypt(CiphertextBlob, { KeyId: other }))).toBe("IncorrectKeyException");
  });

  it("does not know keys that were never made", async () => {
    const nowhere = "0b54c1a2-3f6e-4d5c-8b7a-9e0f1a2b3c4d";
    for (const call of [
      generate(nowhere),
      client.send(new DescribeKeyCommand({ KeyId: nowhere })),
      client.send(new DisableKeyCommand({ KeyId: nowhere })),
      client.send(new ListResourceTagsCommand({ KeyId: nowhere })),
      client.send(new ScheduleKeyDeletionCommand({ KeyId: nowhere })),
    ])
      expect(await refusal(call)).toBe("NotFoundException");
  });

  it("refuses the use of a disabled key until it is enabled again", async () => {
    const KeyId = await create();
    const { CiphertextBlob, Plaintext } = await generate(KeyId);
    for (let repeat = 0; repeat < 2; repeat++) await client.send(new DisableKeyCommand({ KeyId }));
    expect(await stateOf(KeyId)).toBe("Disabled");
    expect(await refusal(generate(KeyId))).toBe("DisabledException");
    expect(await refusal(decrypt(CiphertextBlob))).toBe("DisabledException");
    await client.send(new EnableKeyCommand({ KeyId }));
    expect((await decrypt(CiphertextBlob)).Plaintext).toEqual(Plaintext);
  });

  it("lets nobody use or change a key that is pending deletion, but look at it and cancel", async () => {
    const KeyId = await create();
    const { CiphertextBlob, Plaintext } = await generate(KeyId);
    const before = Date.now();
    const { DeletionDate, KeyState, PendingWindowInDays } = await client.send(
      new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: 7 }),
    );
    expect({ KeyState, PendingWindowInDays }).toEqual({
      KeyState: "PendingDeletion",
      PendingWindowInDays: 7,
    });
    expect((DeletionDate?.getTime() ?? 0) - before).toBeGreaterThanOrEqual(7 * 86_400_000 - 1000);
    for (const call of [
      generate(KeyId),
      decrypt(CiphertextBlob),
      client.send(new DisableKeyCommand({ KeyId })),
      client.send(new EnableKeyCommand({ KeyId })),
      client.send(new ScheduleKeyDeletionCommand({ KeyId })),
      client.send(new TagResourceCommand({ KeyId, Tags: [{ TagKey: "a", TagValue: "b" }] })),
    ])
      expect(await refusal(call)).toBe("KMSInvalidStateException");
    const { KeyMetadata } = await client.send(new DescribeKeyCommand({ KeyId }));
    expect(KeyMetadata?.DeletionDate).toEqual(DeletionDate);
    await client.send(new CancelKeyDeletionCommand({ KeyId }));
    expect(await stateOf(KeyId)).toBe("Disabled");
    await client.send(new EnableKeyCommand({ KeyId }));
    expect((await decrypt(CiphertextBlob)).Plaintext).toEqual(Plaintext);
    expect(await refusal(client.send(new CancelKeyDeletionCommand({ KeyId })))).toBe(
      "KMSInvalidStateException",
    );
  });

  it("takes a waiting time of 7 to 30 days", async () => {
    const KeyId = await create();
    for (const PendingWindowInDays of [6, 31])
      expect(
        await refusal(client.send(new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays }))),
      ).toBe("ValidationException");
    const { PendingWindowInDays } = await client.send(new ScheduleKeyDeletionCommand({ KeyId }));
    expect(PendingWindowInDays).toBe(30);
  });

  it("destroys a key when its time has come, and its material leaves the disk", async () => {
    const KeyId = await create();
    const { CiphertextBlob } = await generate(KeyId);
    await client.send(new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: 7 }));
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 8 * 86_400_000 });
    expect(await refusal(decrypt(CiphertextBlob))).toBe("NotFoundException");
    expect(await refusal(client.send(new CancelKeyDeletionCommand({ KeyId })))).toBe(
      "NotFoundException",
    );
    await stop();
    await start();
    expect(JSON.parse(await readFile(join(dataDir, keyFileName), "utf8"))).toEqual({ keys: [] });
  });

  it("keeps tags, and lists keys page by page", async () => {
    const ids = [await create(), await create(), await create()];
    const [KeyId = ""] = ids;
    await client.send(
      new TagResourceCommand({ KeyId, Tags: [{ TagKey: "stage", TagValue: "dev" }] }),
    );
    const { Tags } = await client.send(new ListResourceTagsCommand({ KeyId }));
    expect(Tags).toEqual([
      { TagKey: "claim", TagValue: "2030_a" },
      { TagKey: "stage", TagValue: "dev" },
    ]);
    const first = await client.send(new ListKeysCommand({ Limit: 2 }));
    expect(first.Truncated).toBe(true);
    const second = await client.send(new ListKeysCommand({ Limit: 2, Marker: first.NextMarker }));
    expect(second.Truncated).toBe(false);
    const listed = [...(first.Keys ?? []), ...(second.Keys ?? [])].map((key) => key.KeyId);
    expect(listed.sort()).toEqual(ids.sort());
  });

  it("says which calls it does not know", async () => {
    const call = client.send(new GetPublicKeyCommand({ KeyId: await create() }));
    expect(await refusal(call)).toBe("UnknownOperationException");
  });

  it("keeps its keys, their states and their tags over a restart, for its owner only", async () => {
    const [kept, disabled, doomed] = [await create(), await create(), await create()];
    const { CiphertextBlob, Plaintext } = await generate(kept);
    await client.send(new DisableKeyCommand({ KeyId: disabled }));
    await client.send(new ScheduleKeyDeletionCommand({ KeyId: doomed }));
    const path = join(dataDir, keyFileName);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    await chmod(path, 0o644);
    await stop();
    await start();
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await decrypt(CiphertextBlob)).Plaintext).toEqual(Plaintext);
    expect([await stateOf(disabled), await stateOf(doomed)]).toEqual([
      "Disabled",
      "PendingDeletion",
    ]);
    const { Tags } = await client.send(new ListResourceTagsCommand({ KeyId: kept }));
    expect(Tags).toEqual([{ TagKey: "claim", TagValue: "2030_a" }]);
  });

  it("refuses to start on a file that it cannot read, without quoting it", async () => {
    await stop();
    await writeFile(join(dataDir, keyFileName), '{ "keys": [{ "material": "c2VjcmV0" }');
    const error = await startKms({ dataDir }).catch((reason: unknown) => reason);
    expect(String(error)).toMatch(/does not hold the keys/);
    expect(String(error)).not.toMatch(/c2VjcmV0|position/);
    await rm(join(dataDir, keyFileName));
    await start();
  });

  it("loses no key that it answered for, killed at any moment", async () => {
    await stop();
    const program = fork(join(import.meta.dirname, "kms-process.ts"), [dataDir], {
      execArgv: ["--import", "tsx"],
    });
    const [url] = await once(program, "message");
    client = clientOf(String(url));
    const answered: string[] = [];
    const writers = Array.from({ length: 8 }, async () => {
      for (;;) {
        const id = await create().catch(() => undefined);
        if (!id) return;
        answered.push(id);
        if (answered.length === 40) program.kill("SIGKILL");
      }
    });
    await Promise.all(writers);
    client.destroy();
    await start();
    expect(answered.length).toBeGreaterThanOrEqual(40);
    const { Keys = [] } = await client.send(new ListKeysCommand({ Limit: 1000 }));
    const known = new Set(Keys.map(({ KeyId }) => KeyId));
    expect(answered.filter((id) => !known.has(id))).toEqual([]);
    for (const id of answered.slice(-3)) expect((await generate(id)).Plaintext).toHaveLength(32);
  });
});
