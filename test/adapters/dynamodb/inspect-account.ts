import type { Commit } from "../../../lib/core/log/commit.ts";
import { type EventReader, readRange } from "../../../lib/core/log/event-store.ts";
import { type ChainPosition, chainStart, verifyLink } from "../../../lib/core/log/integrity.ts";
import { load } from "../../../lib/core/log/load.ts";
import { advance, emptyStream } from "../../../lib/core/log/loaded.ts";
import { State } from "../../../lib/domains/account/account.ts";
import account from "../../../lib/domains/account/index.ts";

/** An account as its whole log tells it. */
export interface Inspected {
  readonly version: number;
  readonly balance: number;
  readonly commits: readonly Commit[];
}

const balanceIn = (state: unknown): number => State.now.parse(state)?.balance ?? 0;

/**
 * Reads an account from its first commit on. Throws when versions are not dense, when the hash
 * chain does not verify, and when the newest snapshot gives another balance than folding
 * everything.
 */
export const inspectAccount = async (store: EventReader, id: string): Promise<Inspected> => {
  const stream = `account-${id}`;
  const commits: Commit[] = [];
  let position: ChainPosition = chainStart;
  let folded = emptyStream(account, stream);
  for await (const commit of readRange(store, stream, { from: 1, consistent: true })) {
    const next = verifyLink(position, commit);
    if ("brokenAt" in next) throw new Error(`${stream} at ${next.brokenAt}: ${next.reason}`);
    position = next;
    folded = advance(account, folded, commit);
    commits.push(commit);
  }
  const loaded = await load(account, store, stream, { consistent: true });
  const [version, balance] = [position.version, balanceIn(folded.state)];
  if (loaded.version !== version || balanceIn(loaded.state) !== balance)
    throw new Error(`${stream} loads as ${loaded.version}, ${balanceIn(loaded.state)}.`);
  return { version, balance, commits };
};
