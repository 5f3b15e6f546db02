import { randomUUID } from "node:crypto";
import { v7 } from "uuid";
import { type BuiltCommit, buildCommit } from "../../../lib/core/build-commit.ts";
import type { EventStore } from "../../../lib/core/event-store.ts";
import { load } from "../../../lib/core/load.ts";
import type { Loaded } from "../../../lib/core/loaded.ts";
import { defaultSnapshotPolicy } from "../../../lib/core/snapshot.ts";
import { Event } from "../../../lib/domains/account/account.ts";
import account from "../../../lib/domains/account/index.ts";
import { type Bank, opening } from "./bank.ts";

/** Writes that are under way at once: enough to keep the engine busy. */
const writesAtOnce = 32;

const depositsOf = (count: number) =>
  Array.from({ length: count }, () => Event.MoneyDeposited({ amount: 1, currency: "USD" }));

const next = (before: Loaded, count: number): BuiltCommit =>
  buildCommit(
    account,
    before,
    depositsOf(count),
    {
      id: v7(undefined, new Uint8Array(16)),
      time: new Date().toISOString(),
      actor: "ann",
      correlationId: randomUUID(),
      causationId: randomUUID(),
      subjects: [],
    },
    defaultSnapshotPolicy,
  );

/** The commits that take a stream to a version, built in memory, each holding as many deposits as `perCommit` says. */
export function* growth(from: Loaded, version: number, perCommit: number): Generator<BuiltCommit> {
  let loaded = from;
  while (loaded.version < version) {
    const built = next(loaded, Math.min(perCommit, version - loaded.version));
    ({ loaded } = built);
    yield built;
  }
}

const appendAll = async (store: EventStore, commits: Iterator<BuiltCommit>): Promise<void> => {
  for (let step = commits.next(); !step.done; step = commits.next()) {
    const { outcome } = await store.append([step.value.commit]);
    if (outcome !== "written") throw new Error(`A commit was not written: ${outcome}.`);
  }
};

/** Opens an account of Ann's and fills it with deposits up to a version; the chain is what commands would have made. */
export const growAccount = async (
  { ports, send }: Bank,
  version: number,
  perCommit: number,
): Promise<string> => {
  const id = randomUUID();
  await send(id, "open", opening(0), { by: "ann" });
  const opened = await load(account, ports.store, `account-${id}`, { consistent: true });
  const commits = growth(opened, version, perCommit);
  const workers = Array.from({ length: writesAtOnce }, () => appendAll(ports.store, commits));
  await Promise.all(workers);
  return id;
};
