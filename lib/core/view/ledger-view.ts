import type { Domain } from "../domain/domain.ts";
import type { Message } from "../domain/message.ts";
import type { StoredValue } from "../log/stored-value.ts";
import { partitionAndSort, type TableDefinition } from "../system/table.ts";
import type { Envelope } from "./envelope.ts";
import type { SortRange, ViewQuery } from "./view-query.ts";

/** What one event adds to a ledger: under which partition, in which order, and what a reader sees. */
export interface LedgerEntry {
  readonly partition: string;
  readonly sort: string;
  readonly values: Readonly<Record<string, StoredValue>>;
  /** True: all events that give this partition and sort value share one row. */
  readonly shared?: boolean;
}

/** A view with rows of its own for each event; declared beside the domain that it follows. */
export interface LedgerDeclaration<E extends Message> {
  readonly kind: "ledger";
  /** Name of the view and of its route: `GET /views/{name}`. */
  readonly name: string;
  /** Number of this definition: raise it whenever `entries` changes what it gives. */
  readonly definition: number;
  /** The definition before this one, kept until every stage serves this one. */
  readonly previous?: Pick<LedgerDeclaration<E>, "definition" | "entries">;
  entries(event: E, at: Envelope): readonly LedgerEntry[];
  /** How it is asked over HTTP; without it, it is not. */
  readonly query?: ViewQuery;
}

/** A ledger, bound to its domain, with its table. */
export interface LedgerView extends Omit<LedgerDeclaration<Message>, "previous"> {
  readonly domain: Domain;
  readonly table: TableDefinition;
  readonly previous?: LedgerView;
}

/** A ledger row: the key says which event it is of, so that a repeat is the same row. */
export interface LedgerRow extends LedgerEntry {
  /** Place of the event in its ledger: sort value, stream, version and number within the event. */
  readonly key: string;
}

/** Which rows of a ledger are asked for. */
export interface LedgerQuery {
  readonly partition: string;
  readonly range: SortRange;
  readonly descending: boolean;
  readonly limit: number;
  /** Key of the row to go on after. */
  readonly after?: string;
}

/** How far a view has taken in each stream. */
export interface Checkpoints {
  /** Versions applied, read strongly; streams that were never applied are absent. */
  checkpoints(streams: readonly string[]): Promise<ReadonlyMap<string, number>>;
}

/** The table of one generation of a ledger. */
export interface LedgerRows extends Checkpoints {
  /** Writes rows; writing one again changes nothing. */
  put(rows: readonly LedgerRow[]): Promise<void>;
  /** Notes that every row up to `version` is written; never goes backwards. */
  advance(stream: string, version: number): Promise<void>;
  list(query: LedgerQuery): Promise<readonly LedgerRow[]>;
}

/** Binds a ledger to its domain. */
export const ledgerView = (
  domain: Domain,
  { previous, ...declaration }: LedgerDeclaration<Message>,
): LedgerView => {
  const table = {
    name: `view-${declaration.name}`,
    ...partitionAndSort,
    holds: "derived" as const,
  };
  const view = { ...declaration, domain, table };
  return previous ? { ...view, previous: { ...view, ...previous } } : view;
};

/** The rows that an event gives. */
export const ledgerRows = (view: LedgerView, event: Message, at: Envelope): readonly LedgerRow[] =>
  view.entries(event, at).map((entry, index) => {
    const version = String(at.version).padStart(16, "0");
    const { shared, sort } = entry;
    return { ...entry, key: shared ? sort : `${sort}#${at.stream}#${version}#${index}` };
  });
