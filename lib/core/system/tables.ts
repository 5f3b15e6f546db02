import type { TableDefinition } from "./table.ts";

/** The log: one item a commit. Nothing is ever updated or deleted in it. */
export const eventTable = {
  name: "events",
  partitionKey: { name: "stream", type: "S" },
  sortKey: { name: "version", type: "N" },
  stream: true,
  holds: "log",
} as const satisfies TableDefinition;

/** First answers to requests that carried an idempotency key. */
export const idempotencyTable = {
  name: "idempotency",
  partitionKey: { name: "key", type: "S" },
  timeToLive: "expires",
  holds: "transient",
} as const satisfies TableDefinition;

/** Per user: the record of their KMS key (item `key`), and their wrapped data keys. */
export const subjectKeyTable = {
  name: "subject-keys",
  partitionKey: { name: "user", type: "S" },
  sortKey: { name: "item", type: "S" },
  holds: "keys",
} as const satisfies TableDefinition;

/** Generations, parked pairs and rebuilds of the views. */
export const viewControlTable = {
  name: "view-control",
  partitionKey: { name: "view", type: "S" },
  sortKey: { name: "item", type: "S" },
  holds: "derived",
} as const satisfies TableDefinition;

/** The tables that there are whatever the domains. */
export const systemTables: readonly TableDefinition[] = [
  eventTable,
  idempotencyTable,
  subjectKeyTable,
  viewControlTable,
];
