import type { KMSClient } from "@aws-sdk/client-kms";
import type { MeteredClient } from "../lib/adapters/dynamodb/client.ts";
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
import { createSealer, type SealerPorts, type SealingKey } from "../lib/core/personal/sealer.ts";
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
 * Seals personal values, for one operation after the other; data keys are remembered as long as the process lives, each
 * for a minute.
 */
export const sealer = (tellOfKey: TellOfKey): ((client: MeteredClient) => Sealer) => {
  const table = tableName(subjectKeyTable);
  const keys = toldKeys(keyMaker(createKmsClient()), tellOfKey);
  const cache = createDataKeyCache<SealingKey>(cachePorts);
  const ports = (client: MeteredClient): SealerPorts => ({
    ...clock,
    rows: createSubjectKeyRows(client, table),
    dataKeys: createDataKeyRows(client, table),
    keys,
    cache,
  });
  // Most commands seal nothing: what sealing needs is put together when it is needed.
  return (client) => ({
    seal: (subject, values) => createSealer(ports(client)).seal(subject, values),
  });
};

/**
 * Opens personal values, for one operation after the other; data keys are remembered as long as the process lives, each
 * for a minute.
 */
export const opener = (): ((client: MeteredClient) => Opener) => {
  const table = tableName(subjectKeyTable);
  const keys = createKeyUnwrapper(createKmsClient());
  const cache = createDataKeyCache(cachePorts);
  return (client) =>
    createOpener({ ...clock, rows: createDataKeyRows(client, table), keys, cache });
};

/** What erasing a user needs, by operation. */
export const erasePorts = (): ((client: MeteredClient) => ErasePorts) => {
  const table = tableName(subjectKeyTable);
  const keys = createKeyDestroyer(createKmsClient());
  return (client) => ({ ...clock, rows: createSubjectKeyRows(client, table), keys });
};

/** What finishing interrupted work on keys needs, by operation. */
export const sweepPorts = (): ((client: MeteredClient) => SweepPorts) => {
  const table = tableName(subjectKeyTable);
  const kms = createKmsClient();
  const catalogue = isShared() ? emptyKeyCatalogue : createKeyCatalogue(kms, environment("STAGE"));
  const keys = { ...createKeyDestroyer(kms), ...catalogue };
  return (client) => ({ ...clock, rows: createSubjectKeyRows(client, table), keys });
};

/** What destroying all keys of a stage needs. */
export const stageKeyPorts = (): DestroyStagePorts => {
  const kms = createKmsClient();
  const catalogue = createKeyCatalogue(kms, environment("STAGE"));
  return { ...clock, keys: { ...createKeyDestroyer(kms), ...catalogue } };
};
