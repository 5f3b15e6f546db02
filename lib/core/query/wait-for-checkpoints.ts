import type { Caller } from "../domain/access.ts";
import type { Domain } from "../domain/domain.ts";
import { Refusal } from "../errors.ts";
import { lastVersion } from "../log/commit.ts";
import type { EventReader } from "../log/event-store.ts";
import { load } from "../log/load.ts";
import { categoryOf } from "../log/stream.ts";
import type { Clock } from "../retry.ts";
import type { Checkpoints } from "../view/ledger-view.ts";
import type { ConsistencyToken } from "./consistency-token.ts";
import { checkReached, mayReadState } from "./read-document.ts";

/** How long a query waits for a view to take in what the caller has seen. */
export const waitBounds = { totalMs: 2_000, delayMinMs: 20, delayMaxMs: 200 } as const;

/** A stream, and the version of it to wait for. */
type Wanted = readonly [stream: string, version: number];

/**
 * What to wait for of a stream, which is not beyond its head. Whoever may read the stream is told when the token names
 * what does not exist; anybody else is not told where its head is.
 */
const upToHead = async (
  store: EventReader,
  domain: Domain,
  [stream, version]: Wanted,
  caller: Caller,
): Promise<Wanted> => {
  const [head] = await store.tail(stream, { limit: 1, consistent: true });
  if (head && lastVersion(head) >= version) return [stream, version];
  const loaded = await load(domain, store, stream, { consistent: true });
  if (mayReadState(domain, loaded.state, caller)) checkReached(loaded, version);
  return [stream, Math.min(version, loaded.version)];
};

/**
 * Waits until a view has taken in every version that the token names of streams of its category. Refuses versions that
 * do not exist of streams that the caller may read, and (to be repeated soon) what takes longer than two seconds: never
 * silently older rows.
 */
export const waitForCheckpoints = async (
  { store, ...clock }: Clock & { readonly store: EventReader },
  view: { readonly name: string; readonly domain: Domain },
  rows: Checkpoints,
  token: ConsistencyToken,
  caller: Caller,
): Promise<void> => {
  const { name, domain } = view;
  let behind: readonly Wanted[] = [...token].filter(
    ([stream]) => categoryOf(stream) === domain.category,
  );
  const deadline = clock.now() + waitBounds.totalMs;
  for (let round = 0; behind.length > 0; round++) {
    const reached = await rows.checkpoints(behind.map(([stream]) => stream));
    behind = behind.filter(([stream, version]) => (reached.get(stream) ?? 0) < version);
    const [[late] = []] = behind;
    if (late === undefined) return;
    if (round === 0)
      behind = await Promise.all(behind.map((each) => upToHead(store, domain, each, caller)));
    if (clock.now() >= deadline) {
      const named = `${late}@${token.get(late)}`;
      throw new Refusal("unavailable", `View ${name} has not taken in ${named}.`, {
        retryAfter: 1,
      });
    }
    await clock.sleep(Math.min(waitBounds.delayMaxMs, waitBounds.delayMinMs * 2 ** round));
  }
};
