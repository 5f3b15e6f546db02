import type { KMSClient } from "@aws-sdk/client-kms";
import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { createDataKeyRows } from "../lib/adapters/dynamodb/data-keys.ts";
import { createSubjectKeyRows } from "../lib/adapters/dynamodb/subject-keys.ts";
import { createKmsClient } from "../lib/adapters/kms/client.ts";
import {
  createKeyCatalogue,
  createKeyDestroyer,
  createKeyUnwrapper,
  createOwnKeyMaker,
  createSharedKeyMaker,
  emptyKeyCatalogue,
} from "../lib/adapters/kms/key-service.ts";
import { createDataKeyCache, type DataKeyCachePorts } from "../lib/core/personal/data-key-cache.ts";
import type { DestroyStagePorts } from "../lib/core/personal/destroy-stage-keys.ts";
import type { ErasePorts } from "../lib/core/personal/erase.ts";
import type { KeyMaker } from "../lib/core/personal/key-service.ts";
import { createOpener } from "../lib/core/personal/opener.ts";
import { createSealer } from "../lib/core/personal/sealer.ts";
import type { Opener, Sealer } from "../lib/core/personal/sealing.ts";
import type { SweepPorts } from "../lib/core/personal/sweep.ts";
import { subjectKeyTable } from "../lib/core/system/tables.ts";
import { clock } from "./clock.ts";
import { environment, tableName } from "./environment.ts";
import { type TellOfKey, toldKeys } from "./told-keys.ts";

const cachePorts: DataKeyCachePorts = {
  now: Date.now,
  later: (ms, action) => {
    setTimeout(action, ms).unref();
  },
};

const isShared = (): boolean => {
  const mode = environment("SUBJECT_KEYS");
  if (mode === "shared" || mode === "per-user") return mode === "shared";
  throw new Error(`SUBJECT_KEYS is "${mode}"; it must be "per-user" or "shared".`);
};

const keyMaker = (kms: KMSClient): KeyMaker =>
  isShared()
    ? createSharedKeyMaker(kms, environment("SHARED_KEY_ID"))
    : createOwnKeyMaker(kms, environment("STAGE"));

/**
 * Seals personal values; data keys are remembered as long as the process lives, each for a minute.
 */
export const sealer = (client: DynamoDBDocumentClient, tellOfKey: TellOfKey): Sealer =>
  createSealer({
    ...clock,
    rows: createSubjectKeyRows(client, tableName(subjectKeyTable)),
    dataKeys: createDataKeyRows(client, tableName(subjectKeyTable)),
    keys: toldKeys(keyMaker(createKmsClient()), tellOfKey),
    cache: createDataKeyCache(cachePorts),
  });

/**
 * Opens personal values; data keys are remembered as long as the process lives, each for a minute.
 */
export const opener = (client: DynamoDBDocumentClient): Opener =>
  createOpener({
    ...clock,
    rows: createDataKeyRows(client, tableName(subjectKeyTable)),
    keys: createKeyUnwrapper(createKmsClient()),
    cache: createDataKeyCache(cachePorts),
  });

/** What erasing a user needs. */
export const erasePorts = (client: DynamoDBDocumentClient): ErasePorts => ({
  ...clock,
  rows: createSubjectKeyRows(client, tableName(subjectKeyTable)),
  keys: createKeyDestroyer(createKmsClient()),
});

/** What finishing interrupted work on keys needs. */
export const sweepPorts = (client: DynamoDBDocumentClient): SweepPorts => {
  const kms = createKmsClient();
  const catalogue = isShared() ? emptyKeyCatalogue : createKeyCatalogue(kms, environment("STAGE"));
  return {
    ...clock,
    rows: createSubjectKeyRows(client, tableName(subjectKeyTable)),
    keys: { ...createKeyDestroyer(kms), ...catalogue },
  };
};

/** What destroying all keys of a stage needs. */
export const stageKeyPorts = (): DestroyStagePorts => {
  const kms = createKmsClient();
  const catalogue = createKeyCatalogue(kms, environment("STAGE"));
  return { ...clock, keys: { ...createKeyDestroyer(kms), ...catalogue } };
};
