import {
  CreateKeyCommand,
  DecryptCommand,
  DescribeKeyCommand,
  DisableKeyCommand,
  GenerateDataKeyCommand,
  type KMSClient,
  ListKeysCommand,
  ListResourceTagsCommand,
  ScheduleKeyDeletionCommand,
} from "@aws-sdk/client-kms";
import {
  isTrouble,
  type KeyCatalogue,
  type KeyDestroyer,
  type KeyMaker,
  type KeyUnwrapper,
  keyPurpose,
  keyTags,
  userContext,
} from "../../core/personal/key-service.ts";
import { asked } from "./trouble.ts";

/** The shortest time that KMS lets pass before it destroys a key. */
export const deletionDays = 7;

type Client = Pick<KMSClient, "send">;

const present = <T>(value: T | undefined, name: string): T => {
  if (value === undefined) throw new Error(`KMS answered without ${name}.`);
  return value;
};

/** Generates data keys under a KMS key; they unwrap for one user only. */
const createGenerator = (client: Client): Pick<KeyMaker, "generate"> => ({
  generate: async (keyId, user) => {
    const { Plaintext, CiphertextBlob } = await asked(
      client.send(
        new GenerateDataKeyCommand({
          KeyId: keyId,
          KeySpec: "AES_256",
          EncryptionContext: { [userContext]: user },
        }),
      ),
    );
    return {
      plaintext: present(Plaintext, "Plaintext"),
      wrapped: present(CiphertextBlob, "CiphertextBlob"),
    };
  },
});

/** Makes a KMS key for each user, tagged with stage, purpose and claim. */
export const createOwnKeyMaker = (client: Client, stage: string): KeyMaker => ({
  ...createGenerator(client),
  create: async (claim) => {
    const { KeyMetadata } = await asked(
      client.send(
        new CreateKeyCommand({
          Description: "Wraps the data keys of one user.",
          Tags: [
            { TagKey: keyTags.stage, TagValue: stage },
            { TagKey: keyTags.purpose, TagValue: keyPurpose },
            { TagKey: keyTags.claim, TagValue: claim },
          ],
        }),
      ),
    );
    return { keyId: present(KeyMetadata?.KeyId, "KeyMetadata"), own: true };
  },
});

/** Makes no keys: all users share one, and the encryption context keeps them apart. */
export const createSharedKeyMaker = (client: Client, keyId: string): KeyMaker => ({
  ...createGenerator(client),
  create: async () => ({ keyId, own: false }),
});

/** Unwraps data keys. */
export const createKeyUnwrapper = (client: Client): KeyUnwrapper => ({
  unwrap: async (keyId, user, wrapped) => {
    const { Plaintext } = await asked(
      client.send(
        new DecryptCommand({
          KeyId: keyId,
          CiphertextBlob: wrapped,
          EncryptionContext: { [userContext]: user },
        }),
      ),
    );
    return present(Plaintext, "Plaintext");
  },
});

/** Disables KMS keys and schedules their deletion, 7 days ahead. */
export const createKeyDestroyer = (client: Client): KeyDestroyer => ({
  disable: async (KeyId) => {
    try {
      await asked(client.send(new DisableKeyCommand({ KeyId })));
    } catch (error) {
      if (!isTrouble(error, "doomed")) throw error;
    }
  },
  destroy: async (KeyId) => {
    const schedule = new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: deletionDays });
    try {
      const { DeletionDate } = await asked(client.send(schedule));
      return present(DeletionDate, "DeletionDate").toISOString();
    } catch (error) {
      if (!isTrouble(error, "doomed")) throw error;
      const { KeyMetadata } = await asked(client.send(new DescribeKeyCommand({ KeyId })));
      return present(KeyMetadata?.DeletionDate, "DeletionDate").toISOString();
    }
  },
});

async function* listKeys(client: Client): AsyncGenerator<readonly string[]> {
  let Marker: string | undefined;
  do {
    const page = await asked(client.send(new ListKeysCommand({ Limit: 1000, Marker })));
    yield (page.Keys ?? []).flatMap(({ KeyId }) => (KeyId === undefined ? [] : [KeyId]));
    Marker = page.Truncated ? page.NextMarker : undefined;
  } while (Marker !== undefined);
}

/**
 * Finds the keys of a stage among all keys of the account; those that it may not look at are none
 * of them.
 */
export const createKeyCatalogue = (client: Client, stage: string): KeyCatalogue => ({
  keys: () => listKeys(client),
  claimOf: async (KeyId) => {
    try {
      const { Tags = [] } = await asked(client.send(new ListResourceTagsCommand({ KeyId })));
      const tags = new Map(Tags.map(({ TagKey, TagValue }) => [TagKey, TagValue]));
      const isOurs = tags.get(keyTags.stage) === stage && tags.get(keyTags.purpose) === keyPurpose;
      return isOurs ? tags.get(keyTags.claim) : undefined;
    } catch (error) {
      if (isTrouble(error, "denied", "absent")) return undefined;
      throw error;
    }
  },
});

/** A catalogue for shared mode, in which nobody makes keys that could be left without an owner. */
export const emptyKeyCatalogue: KeyCatalogue = {
  async *keys() {},
  claimOf: async () => undefined,
};
