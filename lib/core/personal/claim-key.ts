import { Refusal } from "../errors.ts";
import { type Clock, pause, retry } from "../retry.ts";
import { isTrouble, type KeyMaker, KeyServiceError, type WrappingKey } from "./key-service.ts";
import { claimedAt, goneRefusal, type KeyRows, newClaim, type ReadyKey } from "./subject-keys.ts";

/**
 * Bounds of getting at a user's key: how long one call tries, the age from which a claim counts as
 * left behind (no command lives that long), and the age up to which the key service may not know a
 * key everywhere.
 */
export const keyBounds = { totalMs: 3_000, claimAgeMaxMs: 60_000, youngMs: 5 * 60_000 } as const;

/** What making sure of a user's key needs. */
export interface ClaimPorts extends Clock {
  readonly rows: KeyRows;
  readonly keys: KeyMaker;
}

/**
 * The key service's trouble as a refusal that can be repeated; any other error comes back as it is.
 */
export const asUnavailable = (error: unknown): unknown => {
  if (!(error instanceof KeyServiceError)) return error;
  const lasts = isTrouble(error, "exhausted", "disabled", "doomed", "denied");
  const refusal = new Refusal("unavailable", "A user's key cannot be had now.", {
    retryAfter: lasts ? 60 : 2,
  });
  refusal.cause = error;
  return refusal;
};

/** Makes a KMS key under our claim; gives the claim up when it is sure that none was made. */
const make = async (
  ports: ClaimPorts,
  user: string,
  claim: string,
  deadline: number,
): Promise<WrappingKey | "unclear"> => {
  const isThrottled = (error: unknown) => isTrouble(error, "throttled");
  try {
    return await retry(ports, deadline, isThrottled, () => ports.keys.create(claim));
  } catch (error) {
    // Whether a key was made is unknown: its claim stays listed, so that the sweeper looks for it.
    if (isTrouble(error, "unclear")) return "unclear";
    await ports.rows.release(user, claim);
    await ports.rows.closeClaim(claim);
    throw asUnavailable(error);
  }
};

/**
 * A user's key, made on first use. Claims first, then creates, then records, so that of many first
 * uses one makes a key, and what a crash leaves behind is listed. Refuses as `gone` when the user
 * was erased, and as `unavailable` when the key service does not make a key, or somebody else is
 * still at it.
 */
export const claimKey = async (
  ports: ClaimPorts,
  user: string,
  deadline: number,
): Promise<ReadyKey> => {
  let abandoned: string | undefined;
  for (let waits = 0; ; waits++) {
    const row = await ports.rows.find(user);
    if (row?.state === "ready") return row;
    if (row?.state === "erased") throw goneRefusal(user);
    const now = ports.now();
    const isFree =
      row === undefined ||
      row.claim === abandoned ||
      now - claimedAt(row.claim) > keyBounds.claimAgeMaxMs;
    if (now >= deadline)
      throw new Refusal("unavailable", "A user's key is being made.", { retryAfter: 1 });
    const claim = newClaim(now);
    if (isFree && (await ports.rows.claim(user, claim, row?.claim))) {
      const made = await make(ports, user, claim, deadline);
      if (made === "unclear") abandoned = claim;
      else if (await ports.rows.record(user, claim, made)) {
        await ports.rows.closeClaim(claim);
        return { state: "ready", claim, ...made };
      }
    } else await pause(ports, waits);
  }
};
