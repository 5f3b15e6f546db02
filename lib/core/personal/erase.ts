import { Refusal } from "../errors.ts";
import { type Clock, pause, retry } from "../retry.ts";
import { asUnavailable, keyBounds } from "./claim-key.ts";
import { isTrouble, type KeyDestroyer } from "./key-service.ts";
import { checkSubject } from "./sealed-value.ts";
import { claimedAt, type ErasureRows, type Tombstone } from "./subject-keys.ts";

/** What erasing a user needs of the world. */
export interface ErasePorts extends Clock {
  readonly rows: ErasureRows;
  readonly keys: KeyDestroyer;
}

/** Rounds in which wrapped data keys are removed before an erasure is left to be continued. */
const roundsMax = 200;

/** What erasing a user did; repeating it answers the same. */
export interface Erasure {
  readonly user: string;
  /**
   * From when on no new personal data is taken, ISO 8601; readers see null at most a minute later.
   */
  readonly erasedAt: string;
  /**
   * When the user's KMS key is destroyed; in shared mode, when their last wrapped data key was
   * removed.
   */
  readonly keyDestroyedAt: string;
}

const bury = async (ports: ErasePorts, user: string): Promise<Tombstone> => {
  const deadline = ports.now() + keyBounds.totalMs;
  for (let conflicts = 0; ; conflicts++) {
    const row = await ports.rows.find(user);
    if (row?.state === "erased") return row;
    if (await ports.rows.bury(user, new Date(ports.now()).toISOString())) continue;
    if (ports.now() >= deadline)
      throw new Refusal("unavailable", `The erasure of ${user} could not begin.`, {
        retryAfter: 1,
      });
    await pause(ports, conflicts);
  }
};

const removeDataKeys = async (ports: ErasePorts, user: string): Promise<void> => {
  for (let rounds = 0; rounds < roundsMax; rounds++)
    if ((await ports.rows.removeDataKeys(user)) === 0) return;
  throw new Refusal("unavailable", `The erasure of ${user} has begun and is not complete.`, {
    retryAfter: 1,
  });
};

const destroyKey = async (ports: ErasePorts, tombstone: Tombstone): Promise<string> => {
  const { keyId, own, claim = "" } = tombstone;
  const now = new Date(ports.now()).toISOString();
  if (!keyId || !own) return now;
  const isYoung = !(ports.now() - claimedAt(claim) >= keyBounds.youngMs);
  const isWorthIt = (error: unknown): boolean =>
    isTrouble(error, "throttled", "unclear", "not-ready") ||
    (isYoung && isTrouble(error, "absent", "denied"));
  const deadline = ports.now() + keyBounds.totalMs;
  try {
    await retry(ports, deadline, isWorthIt, () => ports.keys.disable(keyId));
    return await retry(ports, deadline, isWorthIt, () => ports.keys.destroy(keyId));
  } catch (error) {
    // An old key that is not there any more was destroyed before; of a new one that would be a
    // guess.
    if (isTrouble(error, "absent") && !isYoung) return now;
    throw asUnavailable(error);
  }
};

/**
 * Forgets a user for good: a tombstone first, then their wrapped data keys are removed, their KMS
 * key is disabled, and its deletion scheduled. Safe to repeat at any point; what a crash leaves
 * undone, the next call or the sweeper does. Refuses as `unavailable` when a step cannot be done
 * now; the tombstone stands from then on all the same.
 */
export const eraseSubject = async (ports: ErasePorts, user: string): Promise<Erasure> => {
  checkSubject(user);
  const tombstone = await bury(ports, user);
  // Every time: a restored backup may have brought wrapped keys of an erased user back.
  await removeDataKeys(ports, user);
  const destroyedAt = tombstone.destroyedAt ?? (await destroyKey(ports, tombstone));
  const keyDestroyedAt = await ports.rows.finish(user, destroyedAt);
  return { user, erasedAt: tombstone.erasedAt, keyDestroyedAt };
};
