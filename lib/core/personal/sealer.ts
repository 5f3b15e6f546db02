import { randomBytes } from "node:crypto";
import { Refusal } from "../errors.ts";
import { pause, retry } from "../retry.ts";
import { asUnavailable, type ClaimPorts, claimKey, keyBounds } from "./claim-key.ts";
import type { DataKeyCache } from "./data-key-cache.ts";
import type { DataKeyRows, WrappedDataKey } from "./data-keys.ts";
import { type GeneratedKey, isTrouble } from "./key-service.ts";
import { checkSubject, type DataKey, dataKeyIdBytes, sealValue } from "./sealed-value.ts";
import type { Sealer } from "./sealing.ts";
import { claimedAt, goneRefusal, type ReadyKey } from "./subject-keys.ts";

/** A data key in memory, and the KMS key that it is wrapped by. */
export interface SealingKey extends DataKey {
  readonly keyId: string;
}

/**
 * What sealing needs of the world. The cache lives as long as the process; the rest may be a
 * request's own.
 */
export interface SealerPorts extends ClaimPorts {
  readonly dataKeys: DataKeyRows;
  readonly cache: DataKeyCache<SealingKey>;
}

const generate = async (
  ports: SealerPorts,
  user: string,
  key: ReadyKey,
  deadline: number,
): Promise<GeneratedKey> => {
  const isWorthIt = (error: unknown): boolean =>
    isTrouble(error, "throttled", "unclear", "not-ready") ||
    (isTrouble(error, "absent", "denied") &&
      ports.now() - claimedAt(key.claim) < keyBounds.youngMs);
  try {
    return await retry(ports, deadline, isWorthIt, () => ports.keys.generate(key.keyId, user));
  } catch (error) {
    // The key may have been disabled because its user was erased meanwhile.
    const row = await ports.rows.find(user);
    if (row?.state === "erased") throw goneRefusal(user);
    throw asUnavailable(error);
  }
};

/** Stores a wrapped data key under a new id, unless its user is erased meanwhile. */
const store = async (
  ports: SealerPorts,
  user: string,
  key: WrappedDataKey,
  deadline: number,
): Promise<Uint8Array> => {
  for (let conflicts = 0; ; conflicts++) {
    const id = randomBytes(dataKeyIdBytes);
    if (await ports.dataKeys.add(user, id, key)) return id;
    const row = await ports.rows.find(user);
    if (row?.state === "erased") throw goneRefusal(user);
    if (row?.state !== "ready" || row.keyId !== key.keyId || ports.now() >= deadline)
      throw new Refusal("unavailable", "A user's data key could not be stored.", { retryAfter: 1 });
    await pause(ports, conflicts);
  }
};

const newDataKey = async (
  ports: SealerPorts,
  user: string,
  key: ReadyKey,
  deadline: number,
): Promise<SealingKey> => {
  const { keyId } = key;
  const { plaintext, wrapped } = await generate(ports, user, key, deadline);
  try {
    const madeAt = new Date(ports.now()).toISOString();
    const id = await store(ports, user, { keyId, wrapped, madeAt }, deadline);
    return { id, keyId, plaintext };
  } catch (error) {
    plaintext.fill(0);
    throw error;
  }
};

/**
 * Seals under the users' keys: one strong read of the user's record each time, and no call of the
 * key service while a data key is remembered. Refuses as `gone` for an erased user, and as
 * `unavailable` while a key cannot be had.
 */
export const createSealer = (ports: SealerPorts): Sealer => ({
  seal: async (user, values) => {
    checkSubject(user);
    const since = ports.now();
    const deadline = since + keyBounds.totalMs;
    const key = await claimKey(ports, user, deadline);
    let dataKey = ports.cache.get(user);
    if (dataKey?.keyId !== key.keyId) {
      dataKey = await newDataKey(ports, user, key, deadline);
      ports.cache.set(user, dataKey, since);
    }
    const sealingKey = dataKey;
    return values.map((value) => sealValue(user, sealingKey, value));
  },
});
