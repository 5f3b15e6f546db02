import {
  CachingStrategy,
  Codec,
  Decider,
  LoadOption,
  MaxResyncsExhaustedException,
  MemoryCache,
  StreamId,
} from "@equinox-js/core";
import {
  AccessStrategy,
  DynamoStoreCategory,
  DynamoStoreClient,
  DynamoStoreContext,
  QueryOptions,
  TipOptions,
} from "@equinox-js/dynamo-store";
import type { TableDefinition } from "../../lib/core/system/table.ts";
import type { Contender, Writer } from "../contender.ts";
import {
  type Account,
  type AccountEvent,
  decideDeposit,
  evolveAccount,
  historyOf,
} from "../deposit.ts";
import { createTally } from "../measured.ts";
import type { Surroundings } from "../surroundings.ts";
import { createClient, outcomeOf } from "./client.ts";

const table: TableDefinition = {
  name: "equinox-events",
  partitionKey: { name: "p", type: "S" },
  sortKey: { name: "i", type: "N" },
  holds: "log",
};

type Event = AccountEvent | { readonly type: "Snapshotted"; readonly data: { account: Account } };

const evolve = (account: Account, event: Event): Account =>
  event.type === "Snapshotted" ? event.data.account : evolveAccount(account, event);

const fold = (account: Account, events: Event[]): Account => events.reduce(evolve, account);

const snapshot = AccessStrategy.Snapshot<Event, Account>(
  ({ type }) => type === "Snapshotted",
  (account) => ({ type: "Snapshotted", data: { account } }),
);

/** Events that one write of a history appends; they end up in the same batches as single ones would. */
const growBy = 10;

/** How a process of it remembers: nothing; states that it checks with a read; states that it relies on. */
type Cache = "none" | "checked" | "trusted";

const start = (cache: Cache, surroundings: Surroundings): Writer => {
  const tally = createTally();
  const client = createClient(tally, surroundings);
  const context = new DynamoStoreContext({
    client: new DynamoStoreClient(client),
    tableName: table.name,
    tip: TipOptions.create({}),
    query: QueryOptions.create({}),
  });
  const category = DynamoStoreCategory.create(
    context,
    "Account",
    Codec.compress(Codec.json<Event>()),
    fold,
    null,
    cache === "none" ? CachingStrategy.NoCache() : CachingStrategy.Cache(new MemoryCache()),
    snapshot,
  );
  const deciderOf = (id: string) => Decider.forStream(category, StreamId.create(id), undefined);
  const loading = cache === "trusted" ? LoadOption.AnyCachedValue : LoadOption.RequireLoad;
  return {
    tally,
    deposit: (id, deposit) =>
      outcomeOf(
        deciderOf(id).transact((account) => [decideDeposit(account, deposit)], loading),
        isCrowded,
      ),
    grow: async (id, length) => {
      const events = historyOf(length);
      for (let from = 0; from < length; from += growBy)
        await deciderOf(id).transact(() => events.slice(from, from + growBy));
    },
    close: () => client.destroy(),
  };
};

/** Its attempts are used up; or its write of two items at once met another one, which it does not try again. */
const isCrowded = (error: unknown): boolean =>
  error instanceof MaxResyncsExhaustedException ||
  (error instanceof Error && error.name === "TransactionCanceledException");

const contender = (name: string, cache: Cache): Contender => ({
  name,
  memory: cache === "none" ? "cold" : "warm",
  tables: [table],
  start: (surroundings) => start(cache, surroundings),
});

/** With snapshots in the tip and its own defaults: without its cache, with it, and with loads that trust it. */
export const contenders: readonly Contender[] = [
  contender("equinox-js", "none"),
  contender("equinox-js, cache", "checked"),
  contender("equinox-js, cache, stale reads", "trusted"),
];
