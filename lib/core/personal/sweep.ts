import { inParallel } from "../in-parallel.ts";
import { retry } from "../retry.ts";
import { type ErasePorts, eraseSubject } from "./erase.ts";
import { isTrouble, type KeyCatalogue, type KeyDestroyer } from "./key-service.ts";
import type { ErasureRows, KeyRows, OpenClaim, OpenWork, SubjectKey } from "./subject-keys.ts";

/**
 * Bounds of one run. A claim is looked at once it is older than any command can be, and the key
 * service has had time to list its key; keys beyond `keysMax` are not looked at, and the report
 * says so.
 */
export const sweepBounds = {
  claimAgeMinMs: 15 * 60_000,
  claimsMax: 100,
  erasuresMax: 100,
  keysMax: 500_000,
  tagsAtOnce: 10,
  retryMs: 10_000,
} as const;

/** What sweeping needs of the world. */
export interface SweepPorts extends ErasePorts {
  readonly rows: ErasureRows & KeyRows & OpenWork;
  readonly keys: KeyDestroyer & KeyCatalogue;
}

/** What one run found and did. */
export interface SweepReport {
  /** KMS keys of the account, of every kind: what its quota counts. */
  readonly keys: number;
  /**
   * False: there were more keys than one run looks at, and claims without a key found were left
   * open.
   */
  readonly complete: boolean;
  readonly adopted: number;
  readonly released: number;
  readonly destroyed: number;
  readonly erased: number;
  /** What could not be done now; the next run tries again. */
  readonly failures: readonly unknown[];
}

/** Walks the keys of the account; finds those made under a claim that is open. */
const findKeys = async (ports: SweepPorts, open: readonly OpenClaim[]) => {
  const byClaim = new Map<string, string[]>(open.map(({ claim }) => [claim, []]));
  let count = 0;
  for await (const page of ports.keys.keys()) {
    count += page.length;
    if (byClaim.size > 0)
      await inParallel(page, sweepBounds.tagsAtOnce, async (keyId) => {
        const isWorthIt = (error: unknown) => isTrouble(error, "throttled", "unclear");
        const deadline = ports.now() + sweepBounds.retryMs;
        const claim = await retry(ports, deadline, isWorthIt, () => ports.keys.claimOf(keyId));
        if (claim !== undefined) byClaim.get(claim)?.push(keyId);
      });
    if (count >= sweepBounds.keysMax) return { byClaim, count, complete: false };
  }
  return { byClaim, count, complete: true };
};

type Settled = { adopted: number; released: number; destroyed: number };

const stands = (row: SubjectKey | undefined, claim: string): boolean =>
  row?.state === "claimed" && row.claim === claim;

/**
 * Closes one claim: its key is adopted while the claim still stands, and any other key made under
 * it is destroyed. The claim goes off the list last, so that a crash leaves it to the next run.
 */
const settle = async (
  ports: SweepPorts,
  { claim, user }: OpenClaim,
  found: readonly string[],
  complete: boolean,
): Promise<Settled> => {
  const settled: Settled = { adopted: 0, released: 0, destroyed: 0 };
  const [first] = found;
  if (stands(await ports.rows.find(user), claim)) {
    if (first !== undefined) {
      const isOurs = await ports.rows.record(user, claim, { keyId: first, own: true });
      settled.adopted = isOurs ? 1 : 0;
    } else if (complete) {
      await ports.rows.release(user, claim);
      settled.released = 1;
    }
  }
  const row = await ports.rows.find(user);
  if (stands(row, claim)) return settled;
  const kept = row && row.state !== "claimed" ? row.keyId : undefined;
  for (const keyId of found.filter((each) => each !== kept)) {
    await ports.keys.disable(keyId);
    await ports.keys.destroy(keyId);
    settled.destroyed += 1;
  }
  if (complete) await ports.rows.closeClaim(claim);
  return settled;
};

/**
 * Finishes what crashes left behind: keys that nobody recorded are adopted or destroyed, claims
 * under which no key was made are released, interrupted erasures are completed. A failure of one
 * holds up none of the others.
 */
export const sweep = async (ports: SweepPorts): Promise<SweepReport> => {
  const failures: unknown[] = [];
  const attempt = async (work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      failures.push(error);
    }
  };
  let erased = 0;
  for (const user of await ports.rows.openErasures(sweepBounds.erasuresMax))
    await attempt(async () => {
      await eraseSubject(ports, user);
      erased += 1;
    });
  const before = new Date(ports.now() - sweepBounds.claimAgeMinMs).toISOString();
  const open = await ports.rows.openClaims(before, sweepBounds.claimsMax);
  const { byClaim, count, complete } = await findKeys(ports, open);
  const total: Settled = { adopted: 0, released: 0, destroyed: 0 };
  for (const each of open)
    await attempt(async () => {
      const settled = await settle(ports, each, byClaim.get(each.claim) ?? [], complete);
      total.adopted += settled.adopted;
      total.released += settled.released;
      total.destroyed += settled.destroyed;
    });
  return { keys: count, complete, ...total, erased, failures };
};
