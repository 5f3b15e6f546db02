import { badInput, Refusal } from "../errors.ts";
import { lastVersion } from "../log/commit.ts";
import type { EventReader } from "../log/event-store.ts";
import { categoryOf } from "../log/stream.ts";
import type { Clock } from "../retry.ts";
import type { Checkpoints } from "../view/ledger-view.ts";
import type { ConsistencyToken } from "./consistency-token.ts";

/** How long a query waits for a view to take in what the caller has seen. */
export const waitBounds = { totalMs: 2_000, delayMinMs: 20, delayMaxMs: 200 } as const;

const checkHead = async (store: EventReader, stream: string, version: number): Promise<void> => {
  const [head] = await store.tail(stream, { limit: 1, consistent: true });
  const last = head ? lastVersion(head) : 0;
  if (last < version)
    throw badInput(
      "Consistency-Token",
      `names version ${version} of ${stream}, which is at ${last}`,
    );
};

/**
 * Waits until a view has taken in every version that the token names of streams of its category. Refuses versions that
 * do not exist, and (to be repeated soon) what takes longer than two seconds: never silently older rows.
 */
export const waitForCheckpoints = async (
  { store, ...clock }: Clock & { readonly store: EventReader },
  view: { readonly name: string; readonly domain: { readonly category: string } },
  rows: Checkpoints,
  token: ConsistencyToken,
): Promise<void> => {
  const { category } = view.domain;
  let behind = [...token].filter(([stream]) => categoryOf(stream) === category);
  const deadline = clock.now() + waitBounds.totalMs;
  for (let round = 0; behind.length > 0; round++) {
    const reached = await rows.checkpoints(behind.map(([stream]) => stream));
    behind = behind.filter(([stream, version]) => (reached.get(stream) ?? 0) < version);
    if (behind.length === 0) return;
    if (round === 0)
      for (const [stream, version] of behind) await checkHead(store, stream, version);
    if (clock.now() >= deadline)
      throw new Refusal(
        "unavailable",
        `View ${view.name} has not taken in ${behind[0]?.join("@")}.`,
        {
          retryAfter: 1,
        },
      );
    await clock.sleep(Math.min(waitBounds.delayMaxMs, waitBounds.delayMinMs * 2 ** round));
  }
};
