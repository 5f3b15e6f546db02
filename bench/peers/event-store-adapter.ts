import { randomUUID } from "node:crypto";
import {
  type Aggregate,
  type AggregateId,
  type Event,
  type EventStore,
  EventStoreFactory,
  OptimisticLockError,
} from "event-store-adapter-js";
import type { TableDefinition } from "../../lib/core/system/table.ts";
import type { Contender, Writer } from "../contender.ts";
import {
  type AccountEvent,
  type Deposit,
  decideDeposit,
  evolveAccount,
  historyOf,
  type Account as State,
} from "../deposit.ts";
import { createTally } from "../measured.ts";
import type { Surroundings } from "../surroundings.ts";
import { createClient, outcomeOf } from "./client.ts";

const index = "by-aggregate";

/** As its documentation lays its tables out. */
const tableNamed = (name: string): TableDefinition => ({
  name,
  partitionKey: { name: "pkey", type: "S" },
  sortKey: { name: "skey", type: "S" },
  indexes: [
    {
      name: index,
      partitionKey: { name: "aid", type: "S" },
      sortKey: { name: "seq_nr", type: "N" },
    },
  ],
  holds: "log",
});

const journal = tableNamed("adapter-journal");
const snapshots = tableNamed("adapter-snapshots");

interface Id extends AggregateId {}

interface Account extends Aggregate<Account, Id> {
  readonly state: State;
}

interface Happened extends Event<Id> {
  readonly happened: AccountEvent;
}

const idOf = (value: string): Id => {
  const typeName = "account";
  return { typeName, value, asString: () => `${typeName}-${value}` };
};

type Facts = Pick<Account, "sequenceNumber" | "version" | "state">;

const accountOf = (id: Id, facts: Facts): Account => ({
  ...facts,
  typeName: "Account",
  id,
  withVersion: (version) => accountOf(id, { ...facts, version }),
  updateVersion: (change) => accountOf(id, { ...facts, version: change(facts.version) }),
});

/** The account after one more event, and the event as it is stored. */
const append = (
  { id, sequenceNumber: before, version, state }: Account,
  happened: AccountEvent,
): { readonly account: Account; readonly event: Happened } => {
  const sequenceNumber = before + 1;
  const event: Happened = {
    typeName: happened.type,
    id: randomUUID(),
    aggregateId: id,
    sequenceNumber,
    occurredAt: new Date(),
    isCreated: sequenceNumber === 1,
    happened,
  };
  return {
    account: accountOf(id, { sequenceNumber, version, state: evolveAccount(state, happened) }),
    event,
  };
};

/** What its serializers hand over: the name of a type, and what was stringified. */
interface Stored<T> {
  readonly data: T;
}

// The parameter is declared as a text, and is the parsed value.
const readAccount = (json: unknown): Account => {
  const { data } = json as Stored<Account>;
  return accountOf(idOf(data.id.value), data);
};

const readEvent = (json: unknown): Happened => {
  const { data } = json as Stored<Happened>;
  return {
    ...data,
    aggregateId: idOf(data.aggregateId.value),
    occurredAt: new Date(data.occurredAt),
  };
};

type Store = EventStore<Id, Account, Happened>;

/** Its snapshot, and what has happened since. */
const load = async (store: Store, id: Id): Promise<Account> => {
  const snapshot = await store.getLatestSnapshotById(id);
  if (!snapshot) throw new Error(`${id.asString()} was never opened.`);
  const since = await store.getEventsByIdSinceSequenceNumber(id, snapshot.sequenceNumber + 1);
  return since.reduce((account, { happened }) => append(account, happened).account, snapshot);
};

/** It has no retry of its own; as often as the other peers try by default. */
const attemptsMax = 3;

const deposit = async (store: Store, id: Id, money: Deposit): Promise<void> => {
  for (let attempt = 1; ; attempt++) {
    const before = await load(store, id);
    const { account, event } = append(before, decideDeposit(before.state, money));
    try {
      return await store.persistEventAndSnapshot(event, account);
    } catch (error) {
      if (attempt === attemptsMax || !(error instanceof OptimisticLockError)) throw error;
    }
  }
};

const grow = async (store: Store, id: Id, length: number): Promise<void> => {
  let known = accountOf(id, { sequenceNumber: 0, version: 0, state: null });
  for (const happened of historyOf(length)) {
    const { account, event } = append(known, happened);
    await store.persistEventAndSnapshot(event, account);
    known = account.updateVersion((version) => version + 1);
  }
};

const start = (surroundings: Surroundings): Writer => {
  const tally = createTally();
  const client = createClient(tally, surroundings);
  const store: Store = EventStoreFactory.ofDynamoDB<Id, Account, Happened>(
    client,
    journal.name,
    snapshots.name,
    index,
    index,
    32,
    readEvent,
    readAccount,
  );
  return {
    tally,
    deposit: (id, money) =>
      outcomeOf(deposit(store, idOf(id), money), (error) => error instanceof OptimisticLockError),
    grow: (id, length) => grow(store, idOf(id), length),
    close: () => client.destroy(),
  };
};

/**
 * A snapshot goes along with every event: the transaction writes to the snapshot's item in any case, so that it costs
 * nothing, and no load has events to replay.
 */
export const contenders: readonly Contender[] = [
  { name: "event-store-adapter-js", memory: "cold", tables: [journal, snapshots], start },
];
