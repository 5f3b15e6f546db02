import { Command, EventStore, EventType, isEventAlreadyExistsError, tuple } from "@castore/core";
import {
  DynamoDBSingleTableEventStorageAdapter,
  EVENT_TABLE_EVENT_STORE_ID_KEY,
  EVENT_TABLE_INITIAL_EVENT_INDEX_NAME,
  EVENT_TABLE_PK,
  EVENT_TABLE_SK,
  EVENT_TABLE_TIMESTAMP_KEY,
} from "@castore/event-storage-adapter-dynamodb";
import { inParallel } from "../../lib/core/in-parallel.ts";
import type { TableDefinition } from "../../lib/core/system/table.ts";
import type { Contender, Writer } from "../contender.ts";
import {
  type Account,
  type AccountEvent,
  type Deposit,
  decideDeposit,
  evolveAccount,
  historyOf,
} from "../deposit.ts";
import { createTally } from "../measured.ts";
import type { Surroundings } from "../surroundings.ts";
import { createClient, outcomeOf } from "./client.ts";

/** As its documentation lays the table out. */
const table: TableDefinition = {
  name: "castore-events",
  partitionKey: { name: EVENT_TABLE_PK, type: "S" },
  sortKey: { name: EVENT_TABLE_SK, type: "N" },
  indexes: [
    {
      name: EVENT_TABLE_INITIAL_EVENT_INDEX_NAME,
      partitionKey: { name: EVENT_TABLE_EVENT_STORE_ID_KEY, type: "S" },
      sortKey: { name: EVENT_TABLE_TIMESTAMP_KEY, type: "S" },
    },
  ],
  holds: "log",
};

type Type = AccountEvent["type"];
type Data = AccountEvent["data"];

const eventTypes = (["Opened", "Deposited"] as const).map(
  (type) => new EventType<Type, Data>({ type }),
);

interface Aggregate {
  readonly aggregateId: string;
  readonly version: number;
  readonly account: Account;
}

const start = (surroundings: Surroundings): Writer => {
  const tally = createTally();
  const client = createClient(tally, surroundings);
  const store = new EventStore({
    eventStoreId: "ACCOUNTS",
    eventTypes,
    reducer: (
      before: Aggregate | undefined,
      { aggregateId, version, type, payload },
    ): Aggregate => {
      const event = { type, data: payload } as AccountEvent;
      return { aggregateId, version, account: evolveAccount(before?.account ?? null, event) };
    },
    eventStorageAdapter: new DynamoDBSingleTableEventStorageAdapter({
      tableName: table.name,
      dynamoDBClient: client,
    }),
  });
  const command = new Command({
    commandId: "DEPOSIT",
    requiredEventStores: tuple(store),
    handler: async ({ id, deposit }: { id: string; deposit: Deposit }, [accounts]) => {
      const { aggregate } = await accounts.getExistingAggregate(id);
      const { type, data } = decideDeposit(aggregate.account, deposit);
      const event = { aggregateId: id, version: aggregate.version + 1, type, payload: data };
      await accounts.pushEvent(event, { prevAggregate: aggregate });
    },
  });
  return {
    tally,
    deposit: (id, deposit) =>
      outcomeOf(command.handler({ id, deposit }, [store]), isEventAlreadyExistsError),
    grow: (id, length) =>
      inParallel([...historyOf(length).entries()], 16, async ([index, { type, data }]) => {
        await store.pushEvent({ aggregateId: id, version: index + 1, type, payload: data });
      }),
    close: () => client.destroy(),
  };
};

/** Castore has no snapshots and remembers nothing: it reads every event of the aggregate for every command. */
export const contenders: readonly Contender[] = [
  { name: "Castore", memory: "cold", tables: [table], start },
];
