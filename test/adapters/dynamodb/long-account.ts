import { randomUUID } from "node:crypto";
import { setImmediate as breathe } from "node:timers/promises";
import { v7 } from "uuid";
import type { Message } from "../../../lib/core/domain/message.ts";
import { buildCommit, type CommitFacts } from "../../../lib/core/log/build-commit.ts";
import type { Commit } from "../../../lib/core/log/commit.ts";
import type { EventStore } from "../../../lib/core/log/event-store.ts";
import { emptyStream, type Loaded } from "../../../lib/core/log/loaded.ts";
import { defaultSnapshotPolicy } from "../../../lib/core/log/snapshot.ts";
import { Personal } from "../../../lib/core/personal/personal.ts";
import { Event } from "../../../lib/domains/account/account.ts";
import account from "../../../lib/domains/account/index.ts";

/** Writes that are under way at once. */
const writesAtOnce = 16;

const sealed = (bytes: number) => Personal.sealed<string>(new Uint8Array(bytes));

const opened = Event.AccountOpened({
  owner: { name: sealed(60), email: sealed(62) },
  ownerId: "ann",
  currency: "USD",
  initialBalance: 0,
});

const factsNow = (): CommitFacts => ({
  id: v7(undefined, new Uint8Array(16)),
  time: new Date().toISOString(),
  actor: "ann",
  correlationId: randomUUID(),
  causationId: randomUUID(),
  subjects: ["ann"],
});

const deposits = (count: number): readonly Message[] =>
  Array.from({ length: count }, () => Event.MoneyDeposited({ amount: 1, currency: "USD" }));

/**
 * The commits of an account of Ann's from its opening up to a version, as commands would have made
 * them: chained, with snapshots where the policy wants them, and so many deposits in each. They are
 * built as they are asked for.
 */
export async function* accountCommits(
  id: string,
  version: number,
  perCommit: number,
): AsyncGenerator<Commit> {
  let before: Loaded = emptyStream(account, `account-${id}`);
  while (before.version < version) {
    const count = Math.min(perCommit, version - before.version);
    const events = before.version === 0 ? [opened] : deposits(count);
    const built = buildCommit(account, before, events, factsNow(), defaultSnapshotPolicy);
    before = built.loaded;
    yield built.commit;
    // Building is work without a pause; requests that are under way want to be heard.
    await breathe();
  }
}

const appendAll = async (store: EventStore, commits: AsyncGenerator<Commit>): Promise<void> => {
  for await (const commit of commits) {
    const { outcome } = await store.append([commit]);
    if (outcome !== "written") throw new Error(`A commit was not written: ${outcome}.`);
  }
};

/** Writes an account of so many events through the store. */
export const growAccount = async (
  store: EventStore,
  version: number,
  perCommit: number,
): Promise<string> => {
  const id = randomUUID();
  const commits = accountCommits(id, version, perCommit);
  await Promise.all(Array.from({ length: writesAtOnce }, () => appendAll(store, commits)));
  return id;
};
