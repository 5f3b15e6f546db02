import type { Commit } from "../log/commit.ts";
import type { EventReader } from "../log/event-store.ts";
import { type LedgerRows, type LedgerView, ledgerRows } from "./ledger-view.ts";
import { pendingEvents } from "./pending-events.ts";

/**
 * Brings a ledger up to the given commits of one stream (in the order of their versions), or to the head of the log
 * when there are none. Rows come first, the checkpoint afterwards: a crash in between repeats rows that are the same.
 */
export const applyLedger = async (
  view: LedgerView,
  rows: LedgerRows,
  store: EventReader,
  stream: string,
  commits: readonly Commit[],
): Promise<void> => {
  let version = (await rows.checkpoints([stream])).get(stream) ?? 0;
  const next = () => pendingEvents(view.domain, store, stream, version, commits);
  for (let events = await next(); events.length > 0; events = await next()) {
    await rows.put(events.flatMap(({ event, at }) => ledgerRows(view, event, at)));
    version += events.length;
    await rows.advance(stream, version);
  }
};
