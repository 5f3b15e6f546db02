import { inParallel } from "../in-parallel.ts";
import { type Clock, retry } from "../retry.ts";
import { asUnavailable, keyBounds } from "./claim-key.ts";
import type { DataKeyCache } from "./data-key-cache.ts";
import type { DataKeyName, DataKeyReader, FoundDataKey, WrappedDataKey } from "./data-keys.ts";
import { isTrouble, type KeyUnwrapper } from "./key-service.ts";
import { openValue, parseSealed, type SealedValue } from "./sealed-value.ts";
import type { Opened, Opener } from "./sealing.ts";

/** Data keys that one request unwraps at a time. */
const unwrapsAtOnce = 8;

/**
 * What opening needs of the world. The cache lives as long as the process; the rest may be a
 * request's own.
 */
export interface OpenerPorts extends Clock {
  readonly rows: DataKeyReader;
  readonly keys: KeyUnwrapper;
  readonly cache: DataKeyCache;
}

/** The values that one data key opens, and their places in the answer. */
interface Group extends DataKeyName {
  readonly name: string;
  readonly members: { readonly index: number; readonly value: SealedValue }[];
}

const groupByDataKey = (sealed: readonly Uint8Array[]): readonly Group[] => {
  const groups = new Map<string, Group>();
  for (const [index, bytes] of sealed.entries()) {
    const value = parseSealed(bytes);
    const { subject, dataKeyId } = value;
    const name = `${Buffer.from(dataKeyId).toString("base64url")} ${subject}`;
    const group = groups.get(name) ?? { name, user: subject, id: dataKeyId, members: [] };
    group.members.push({ index, value });
    groups.set(name, group);
  }
  return [...groups.values()];
};

const wasErased = async ({ rows }: OpenerPorts, { user, id }: Group): Promise<boolean> => {
  const [found] = await rows.lookUp([{ user, id }]);
  return found?.subject?.state === "erased";
};

const unwrap = async (
  ports: OpenerPorts,
  group: Group,
  { keyId, wrapped, madeAt }: WrappedDataKey,
): Promise<Uint8Array | "erased"> => {
  const isYoung = ports.now() - Date.parse(madeAt) < keyBounds.youngMs;
  const isWorthIt = (error: unknown): boolean =>
    isTrouble(error, "throttled", "unclear", "not-ready") ||
    (isYoung && isTrouble(error, "absent", "denied"));
  const deadline = ports.now() + keyBounds.totalMs;
  try {
    return await retry(ports, deadline, isWorthIt, () =>
      ports.keys.unwrap(keyId, group.user, wrapped),
    );
  } catch (error) {
    // A key that is gone, or going, opens nothing any more, whatever a restored table says of its
    // user.
    if (isTrouble(error, "doomed") || (!isYoung && isTrouble(error, "absent"))) return "erased";
    if (await wasErased(ports, group)) return "erased";
    throw asUnavailable(error);
  }
};

const plaintextOf = async (
  ports: OpenerPorts,
  group: Group,
  { subject, dataKey }: FoundDataKey,
): Promise<Uint8Array | "erased"> => {
  if (subject?.state === "erased") return "erased";
  if (dataKey) return unwrap(ports, group, dataKey);
  // The two items are not read in one instant: the erasure may have happened in between.
  if (await wasErased(ports, group)) return "erased";
  throw new Error(`Data key ${group.name} is missing, and its user was not erased.`);
};

/**
 * Opens sealed values, each data key once: one strong read for all that are not remembered, then
 * one unwrapping each. What it remembers is dropped a minute after it was read, so that no value
 * outlives its user's erasure by more.
 */
export const createOpener = (ports: OpenerPorts): Opener => ({
  open: async (sealed) => {
    const opened = new Map<number, Opened>();
    const openGroup = ({ members }: Group, plaintext: Uint8Array): void => {
      for (const { index, value } of members)
        opened.set(index, { value: openValue(value, plaintext) });
    };
    const since = ports.now();
    const groups = groupByDataKey(sealed);
    const unknown = groups.filter((group) => {
      const remembered = ports.cache.get(group.name);
      if (remembered) openGroup(group, remembered.plaintext);
      return !remembered;
    });
    const found = unknown.length > 0 ? await ports.rows.lookUp(unknown) : [];
    await inParallel([...unknown.entries()], unwrapsAtOnce, async ([index, group]) => {
      const facts = found[index] ?? { subject: undefined, dataKey: undefined };
      const plaintext = await plaintextOf(ports, group, facts);
      if (plaintext === "erased") {
        for (const member of group.members) opened.set(member.index, "erased");
        return;
      }
      ports.cache.set(group.name, { plaintext }, since);
      openGroup(group, plaintext);
    });
    return sealed.map((_, index) => {
      const result = opened.get(index);
      if (result) return result;
      throw new Error("A sealed value was left unopened.");
    });
  },
});
