import { randomBytes, randomUUID } from "node:crypto";
import type { DataKeyReader, DataKeyRows, WrappedDataKey } from "../lib/core/personal/data-keys.ts";
import {
  type KeyCatalogue,
  type KeyDestroyer,
  type KeyMaker,
  KeyServiceError,
  type KeyUnwrapper,
} from "../lib/core/personal/key-service.ts";
import type {
  ErasureRows,
  KeyRows,
  OpenWork,
  SubjectKey,
} from "../lib/core/personal/subject-keys.ts";

export type AllRows = KeyRows & ErasureRows & OpenWork & DataKeyRows & DataKeyReader;
export type AllKeys = KeyMaker & KeyUnwrapper & KeyDestroyer & KeyCatalogue;

/**
 * The subject-key table in memory: each call is one atomic step, but that a look-up of several
 * items is not read in one instant, and `between` them others may write.
 */
export const createMemoryRows = (
  between: () => Promise<void> = async () => {},
): AllRows & { readonly subjects: Map<string, SubjectKey> } => {
  const subjects = new Map<string, SubjectKey>();
  const dataKeys = new Map<string, Map<string, WrappedDataKey>>();
  const claims = new Map<string, string>();
  const erasures = new Set<string>();
  const keysOf = (user: string) => dataKeys.get(user) ?? new Map<string, WrappedDataKey>();
  const stands = (user: string, claim: string | undefined): boolean => {
    const row = subjects.get(user);
    return claim === undefined ? !row : row?.state === "claimed" && row.claim === claim;
  };
  const hex = (id: Uint8Array) => Buffer.from(id).toString("hex");
  return {
    subjects,
    find: async (user) => subjects.get(user),
    claim: async (user, claim, insteadOf) => {
      if (!stands(user, insteadOf)) return false;
      subjects.set(user, { state: "claimed", claim });
      claims.set(claim, user);
      return true;
    },
    record: async (user, claim, key) => {
      if (!stands(user, claim)) return false;
      subjects.set(user, { state: "ready", claim, ...key });
      return true;
    },
    release: async (user, claim) => {
      if (stands(user, claim)) subjects.delete(user);
    },
    closeClaim: async (claim) => void claims.delete(claim),
    add: async (user, id, key) => {
      const row = subjects.get(user);
      if (row?.state !== "ready" || row.keyId !== key.keyId) return false;
      dataKeys.set(user, keysOf(user).set(hex(id), key));
      return true;
    },
    lookUp: async (names) => {
      const found = names.map(({ user }) => ({ subject: subjects.get(user) }));
      await between();
      return found.map(({ subject }, index) => {
        const { user = "", id = new Uint8Array() } = names[index] ?? {};
        return { subject, dataKey: keysOf(user).get(hex(id)) };
      });
    },
    bury: async (user, erasedAt) => {
      const row = subjects.get(user);
      if (row?.state === "erased") return false;
      const { state: _, ...kept } = row ?? { state: "claimed" };
      subjects.set(user, { ...kept, state: "erased", erasedAt });
      erasures.add(user);
      return true;
    },
    removeDataKeys: async (user) => {
      const some = [...keysOf(user).keys()].slice(0, 2);
      for (const id of some) keysOf(user).delete(id);
      return some.length;
    },
    finish: async (user, at) => {
      const row = subjects.get(user);
      if (row?.state !== "erased") throw new Error(`${user} has no tombstone.`);
      const destroyedAt = row.destroyedAt ?? at;
      subjects.set(user, { ...row, destroyedAt });
      erasures.delete(user);
      return destroyedAt;
    },
    openClaims: async (before, limit) =>
      [...claims]
        .filter(([claim]) => claim <= before)
        .sort(([left], [right]) => (left < right ? -1 : 1))
        .slice(0, limit)
        .map(([claim, user]) => ({ claim, user })),
    openErasures: async (limit) => [...erasures].slice(0, limit),
  };
};

interface MemoryKey {
  readonly claim: string;
  state: "enabled" | "disabled" | "doomed";
}

/**
 * The key service in memory. Wrapped keys hold what they wrap; they open for their key and user
 * only.
 */
export const createMemoryKeys = (
  mode: "per-user" | "shared",
): AllKeys & { readonly made: Map<string, MemoryKey> } => {
  const shared = "shared-key";
  const made = new Map<string, MemoryKey>();
  if (mode === "shared") made.set(shared, { claim: "", state: "enabled" });
  const known = (keyId: string): MemoryKey => {
    const key = made.get(keyId);
    if (!key) throw new KeyServiceError("absent", keyId);
    return key;
  };
  const usable = (keyId: string): void => {
    const { state } = known(keyId);
    if (state !== "enabled") throw new KeyServiceError(state, keyId);
  };
  return {
    made,
    create: async (claim) => {
      if (mode === "shared") return { keyId: shared, own: false };
      const keyId = randomUUID();
      made.set(keyId, { claim, state: "enabled" });
      return { keyId, own: true };
    },
    generate: async (keyId, user) => {
      usable(keyId);
      const plaintext = randomBytes(32);
      const wrapped = JSON.stringify([keyId, user, plaintext.toString("hex")]);
      return { plaintext, wrapped: Buffer.from(wrapped) };
    },
    unwrap: async (keyId, user, wrapped) => {
      usable(keyId);
      const [byKey, forUser, hex] = JSON.parse(Buffer.from(wrapped).toString());
      if (byKey !== keyId || forUser !== user) throw new Error("The ciphertext is invalid.");
      return Buffer.from(hex, "hex");
    },
    disable: async (keyId) => {
      const key = known(keyId);
      if (key.state === "enabled") key.state = "disabled";
    },
    destroy: async (keyId) => {
      known(keyId).state = "doomed";
      return "2030-01-08T00:00:00.000Z";
    },
    async *keys() {
      yield [...made.keys()];
    },
    claimOf: async (keyId) => made.get(keyId)?.claim,
  };
};
