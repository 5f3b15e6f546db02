/** A key attribute of a table or an index. */
export interface KeyAttribute {
  readonly name: string;
  readonly type: "S" | "N" | "B";
}

/** A global secondary index; all attributes are projected. */
export interface TableIndex {
  readonly name: string;
  readonly partitionKey: KeyAttribute;
  readonly sortKey: KeyAttribute;
}

/**
 * A DynamoDB table as data: the adapter, the CDK stack and the local host all read this one
 * definition, so that the three cannot drift apart.
 */
export interface TableDefinition {
  /** Logical name, kebab-case, at least 3 characters: the local host uses it as it is, the stack derives construct ids from it. */
  readonly name: string;
  readonly partitionKey: KeyAttribute;
  readonly sortKey?: KeyAttribute;
  readonly indexes?: readonly TableIndex[];
  /** True: a stream of new images feeds the projector. */
  readonly stream?: boolean;
  /** Name of the attribute (epoch seconds) after which DynamoDB removes an item by itself. */
  readonly timeToLive?: string;
  /**
   * What is lost with the table, which decides protection and retention:
   * `log` cannot be rebuilt from anything; `keys` are the wrapped data keys; `derived` can be rebuilt from the log;
   * `transient` may be lost after a day.
   */
  readonly holds: "log" | "keys" | "derived" | "transient";
}

/** Keys of a table whose rows stand in an order within partitions. */
export const partitionAndSort = {
  partitionKey: { name: "partition", type: "S" },
  sortKey: { name: "sort", type: "S" },
} as const satisfies Partial<TableDefinition>;

/** The environment variable that carries a table's real name to a function: `events` becomes `EVENTS_TABLE`. */
export const tableVariable = (table: Pick<TableDefinition, "name">): string =>
  `${table.name.replaceAll("-", "_").toUpperCase()}_TABLE`;
