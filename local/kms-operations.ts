import { randomBytes, randomUUID } from "node:crypto";
import * as z from "zod/mini";
import {
  type AwsOperation,
  AwsRefusal,
  awsOperation,
  localAccount,
  localRegion,
} from "./aws-json.ts";
import { decrypt, encrypt, keyOf } from "./kms-cipher.ts";
import type { Key, KeyFile } from "./kms-keys.ts";

const dayMs = 24 * 60 * 60_000;
const arnOf = (id: string): string => `arn:aws:kms:${localRegion()}:${localAccount}:key/${id}`;

const decoded = z.transform((text: string) => Buffer.from(text, "base64"));
const binary = z.pipe(z.base64(), decoded);
const EncryptionContext = z._default(z.record(z.string(), z.string()), {});
// A key is asked for by its id or its ARN.
const withoutArn = z.transform((named: string) => named.slice(named.lastIndexOf("/") + 1));
const KeyId = z.pipe(z.string(), withoutArn);
const OfKey = z.object({ KeyId });
const Tags = z.array(
  z.object({
    TagKey: z.string().check(z.minLength(1), z.maxLength(128)),
    TagValue: z.string().check(z.maxLength(256)),
  }),
);
const Page = z.object({
  Limit: z._default(z.int().check(z.minimum(1), z.maximum(1000)), 100),
  Marker: z.optional(z.string()),
});

const found = (key: Key | undefined, id: string): Key => {
  if (key) return key;
  throw new AwsRefusal("NotFoundException", `Key '${arnOf(id)}' does not exist`);
};

const notPending = (key: Key | undefined, id: string): Key => {
  const { state } = found(key, id);
  if (key && state !== "PendingDeletion") return key;
  throw new AwsRefusal("KMSInvalidStateException", `${arnOf(id)} is pending deletion.`);
};

const enabled = (key: Key | undefined, id: string): Key => {
  const { state } = notPending(key, id);
  if (key && state === "Enabled") return key;
  throw new AwsRefusal("DisabledException", `${arnOf(id)} is disabled.`);
};

const metadataOf = (key: Key) => ({
  AWSAccountId: localAccount,
  Arn: arnOf(key.id),
  CreationDate: key.createdAt / 1000,
  CustomerMasterKeySpec: "SYMMETRIC_DEFAULT",
  ...(key.deletionAt === undefined ? {} : { DeletionDate: key.deletionAt / 1000 }),
  Description: key.description,
  Enabled: key.state === "Enabled",
  EncryptionAlgorithms: ["SYMMETRIC_DEFAULT"],
  KeyId: key.id,
  KeyManager: "CUSTOMER",
  KeySpec: "SYMMETRIC_DEFAULT",
  KeyState: key.state,
  KeyUsage: "ENCRYPT_DECRYPT",
  MultiRegion: false,
  Origin: "AWS_KMS",
});

const tagRecord = (tags: z.output<typeof Tags>): Record<string, string> =>
  Object.fromEntries(tags.map(({ TagKey, TagValue }) => [TagKey, TagValue]));

type Make = (keys: KeyFile) => AwsOperation;

const operation =
  <I extends z.core.$ZodType>(
    input: I,
    run: (keys: KeyFile, input: z.output<I>) => object | Promise<object>,
  ): Make =>
  (keys) =>
    awsOperation("ValidationException", input, (parsed) => run(keys, parsed));

const setState = (state: "Enabled" | "Disabled"): Make =>
  operation(OfKey, async (keys, { KeyId: id }) => {
    await keys.change(id, (key) => ({ ...notPending(key, id), state }));
    return {};
  });

const createKey = operation(
  z.object({
    Description: z._default(z.string().check(z.maxLength(8192)), ""),
    Tags: z._default(Tags.check(z.maxLength(50)), []),
  }),
  async (keys, { Description: description, Tags: tags }) => {
    const id = randomUUID();
    const key = await keys.change(id, () => ({
      id,
      createdAt: Date.now(),
      description,
      state: "Enabled",
      tags: tagRecord(tags),
      material: randomBytes(32).toString("base64"),
    }));
    return { KeyMetadata: metadataOf(key) };
  },
);

const generateDataKey = operation(
  z
    .extend(OfKey, {
      KeySpec: z.optional(z.enum(["AES_256", "AES_128"])),
      NumberOfBytes: z.optional(z.int().check(z.minimum(1), z.maximum(1024))),
      EncryptionContext,
    })
    .check(
      z.refine(
        ({ KeySpec, NumberOfBytes }) => (KeySpec === undefined) !== (NumberOfBytes === undefined),
      ),
    ),
  (keys, { KeyId: id, KeySpec, NumberOfBytes, EncryptionContext: context }) => {
    const { material } = enabled(keys.get(id), id);
    const plaintext = randomBytes(NumberOfBytes ?? (KeySpec === "AES_128" ? 16 : 32));
    const blob = encrypt(id, Buffer.from(material, "base64"), plaintext, context);
    return {
      KeyId: arnOf(id),
      CiphertextBlob: blob.toString("base64"),
      Plaintext: plaintext.toString("base64"),
    };
  },
);

const decryptBlob = operation(
  z.object({ KeyId: z.optional(KeyId), CiphertextBlob: binary, EncryptionContext }),
  (keys, { KeyId: named, CiphertextBlob: blob, EncryptionContext: context }) => {
    const id = keyOf(blob);
    if (id === undefined) throw new AwsRefusal("InvalidCiphertextException", "");
    const { material } = enabled(keys.get(named ?? id), named ?? id);
    if (named !== undefined && named !== id)
      throw new AwsRefusal("IncorrectKeyException", "The key ID in the request does not match.");
    const plaintext = decrypt(id, Buffer.from(material, "base64"), blob, context);
    if (!plaintext) throw new AwsRefusal("InvalidCiphertextException", "");
    return {
      KeyId: arnOf(id),
      Plaintext: plaintext.toString("base64"),
      EncryptionAlgorithm: "SYMMETRIC_DEFAULT",
    };
  },
);

const scheduleKeyDeletion = operation(
  z.extend(OfKey, {
    PendingWindowInDays: z._default(z.int().check(z.minimum(7), z.maximum(30)), 30),
  }),
  async (keys, { KeyId: id, PendingWindowInDays }) => {
    const deletionAt = Date.now() + PendingWindowInDays * dayMs;
    const state = "PendingDeletion";
    await keys.change(id, (key) => ({ ...notPending(key, id), state, deletionAt }));
    return {
      KeyId: arnOf(id),
      KeyState: state,
      DeletionDate: deletionAt / 1000,
      PendingWindowInDays,
    };
  },
);

const cancelKeyDeletion = operation(OfKey, async (keys, { KeyId: id }) => {
  await keys.change(id, (key) => {
    const { deletionAt, ...kept } = found(key, id);
    if (deletionAt !== undefined) return { ...kept, state: "Disabled" };
    throw new AwsRefusal("KMSInvalidStateException", `${arnOf(id)} is not pending deletion.`);
  });
  return { KeyId: arnOf(id) };
});

const tagResource = operation(
  z.extend(OfKey, { Tags }),
  async (keys, { KeyId: id, Tags: tags }) => {
    await keys.change(id, (key) => {
      const kept = notPending(key, id);
      return { ...kept, tags: { ...kept.tags, ...tagRecord(tags) } };
    });
    return {};
  },
);

const listResourceTags = operation(OfKey, (keys, { KeyId: id }) => {
  const tags = Object.entries(found(keys.get(id), id).tags);
  return { Tags: tags.map(([TagKey, TagValue]) => ({ TagKey, TagValue })), Truncated: false };
});

const listKeys = operation(Page, (keys, { Limit, Marker }) => {
  const all = keys.all();
  const start = Marker === undefined ? 0 : all.findIndex(({ id }) => id === Marker) + 1;
  const page = all.slice(start, start + Limit);
  const last = page.at(-1);
  return {
    Keys: page.map(({ id }) => ({ KeyId: id, KeyArn: arnOf(id) })),
    Truncated: start + Limit < all.length,
    ...(last && start + Limit < all.length ? { NextMarker: last.id } : {}),
  };
});

const describeKey = operation(OfKey, (keys, { KeyId: id }) => ({
  KeyMetadata: metadataOf(found(keys.get(id), id)),
}));

/** The operations of KMS that are known here, by their names. */
export const kmsOperations = (keys: KeyFile): Readonly<Record<string, AwsOperation>> => ({
  CreateKey: createKey(keys),
  GenerateDataKey: generateDataKey(keys),
  Decrypt: decryptBlob(keys),
  EnableKey: setState("Enabled")(keys),
  DisableKey: setState("Disabled")(keys),
  ScheduleKeyDeletion: scheduleKeyDeletion(keys),
  CancelKeyDeletion: cancelKeyDeletion(keys),
  DescribeKey: describeKey(keys),
  TagResource: tagResource(keys),
  ListResourceTags: listResourceTags(keys),
  ListKeys: listKeys(keys),
});
