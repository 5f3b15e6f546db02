import { randomBytes } from "node:crypto";
import { buildCommit } from "../lib/core/log/build-commit.ts";
import type { Commit } from "../lib/core/log/commit.ts";
import { commitHash } from "../lib/core/log/integrity.ts";
import { emptyStream, type Loaded } from "../lib/core/log/loaded.ts";
import { defaultSnapshotPolicy } from "../lib/core/log/snapshot.ts";
import { Personal } from "../lib/core/personal/personal.ts";
import { type DataKey, sealValue } from "../lib/core/personal/sealed-value.ts";
import { Event } from "../lib/domains/account/account.ts";
import account from "../lib/domains/account/index.ts";

/** A data key in clear, as a warm function holds one. */
export const dataKey: DataKey = { id: randomBytes(8), plaintext: randomBytes(32) };

/** The account's stream. */
export const stream = "account-7f3a";

/** Whose account it is. */
export const owner = "7c9e6679-7425-40de-944b-e07fc1f90ae7";

/** The personal values of every account that is opened here. */
export const personalValues = ["Ann Example", "ann@example.com"] as const;

const sealed = (value: string): Personal<string> =>
  Personal.sealed(sealValue(owner, dataKey, value));

/** The first event of an account, its personal values sealed here and now. */
export const openedNow = (): Event => {
  const [name, email] = personalValues;
  const who = { name: sealed(name), email: sealed(email) };
  return Event.AccountOpened({ owner: who, ownerId: owner, currency: "USD", initialBalance: 0 });
};

const eventAt = (index: number, opened: Event): Event => {
  if (index === 0) return opened;
  const amount = 1_000 + (index % 9_000);
  if (isOld(index)) return Event.MoneyDeposited({ amount, currency: "USD" });
  const memo = `Invoice ${100_000 + index} of the northern branch, settled by standing order`;
  return index % 3 === 0
    ? Event.MoneyWithdrawn({ amount, currency: "USD", memo })
    : Event.MoneyDeposited({ amount, currency: "USD", memo });
};

/** One event in ten was stored before amounts became minor units. */
const isOld = (index: number): boolean => index % 10 === 5;

/** The same commit as it was stored in its own day. */
const asOfOld = (commit: Commit, previous: Uint8Array): Commit => {
  const { hash: _, snapshot: __, events, ...rest } = commit;
  const old = events.map(({ type, data }) => {
    const { amount = 0 }: { amount?: number } = Object(data);
    return { type, schema: 1, data: { amount: amount / 100 } };
  });
  const content = { ...rest, events: old };
  return { ...content, hash: commitHash(previous, content) };
};

const start = Date.parse("2026-01-01T00:00:00Z");

/** What a commit is made with besides its event. */
export const factsAt = (index: number) => ({
  id: new Uint8Array(16).fill(index % 256),
  time: new Date(start + index * 60_000).toISOString(),
  actor: owner,
  correlationId: "b2f5ff47-4361-4d4b-9a49-1f6d9e2f3a10",
  causationId: "b2f5ff47-4361-4d4b-9a49-1f6d9e2f3a10",
  subjects: index === 0 ? [owner] : [],
});

/** An account's history: its events, and the commits that they are stored in, one each, chained. */
export interface Sample {
  readonly events: readonly Event[];
  readonly commits: readonly Commit[];
}

/** The history of one account. */
export const sampleOf = (length: number): Sample => {
  const opened = openedNow();
  const events = Array.from({ length }, (_, index) => eventAt(index, opened));
  const commits: Commit[] = [];
  let loaded: Loaded = emptyStream(account, stream);
  for (const [index, event] of events.entries()) {
    const built = buildCommit(account, loaded, [event], factsAt(index), defaultSnapshotPolicy);
    const commit = isOld(index) ? asOfOld(built.commit, loaded.hash) : built.commit;
    loaded = { ...built.loaded, hash: commit.hash };
    commits.push(commit);
  }
  return { events, commits };
};
