import { createHash } from "node:crypto";
import type { Domain } from "../domain/domain.ts";
import type { Message } from "../domain/message.ts";
import { partitionAndSort, type TableDefinition } from "../system/table.ts";
import type { Envelope } from "./envelope.ts";
import type { Checkpoints } from "./ledger-view.ts";
import type { RecentRow } from "./recent-rows.ts";
import type { Sum, Sums } from "./sum.ts";
import type { SortRange, ViewQuery } from "./view-query.ts";

/** What one event adds to a row of a tally. */
export interface Addition {
  readonly partition: string;
  readonly sort: string;
  /** Fixed values of the row, the same for every event that adds to it. */
  readonly labels: Readonly<Record<string, string>>;
  /** Integers that are added to the sums of the row. */
  readonly sums: Readonly<Record<string, number>>;
}

/** An order of rows by one of their sums, within partitions made of labels. */
export interface SumIndex {
  readonly name: string;
  readonly by: string;
  partition(labels: Readonly<Record<string, string>>): string;
}

/** A view in which many streams add to one row; declared beside the domain that it follows. */
export interface TallyDeclaration<E extends Message> {
  readonly kind: "tally";
  /** Name of the view and of its route: `GET /views/{name}`. */
  readonly name: string;
  /** Number of this definition: raise it whenever `additions` changes what it gives. */
  readonly definition: number;
  /** The definition before this one, kept until every stage serves this one. */
  readonly previous?: Pick<TallyDeclaration<E>, "definition" | "additions"> &
    Partial<Pick<TallyDeclaration<E>, "index">>;
  /**
   * Over how many items a row is spread, so that no hot row slows its writers; they are summed on read. A view that is
   * indexed by a sum has one.
   */
  readonly shards: number;
  readonly index?: SumIndex;
  additions(event: E, at: Envelope): readonly Addition[];
  /** How it is asked over HTTP; without it, it is not. */
  readonly query?: ViewQuery;
}

/** A tally, bound to its domain, with its table. */
export interface TallyView extends Omit<TallyDeclaration<Message>, "previous"> {
  readonly domain: Domain;
  readonly table: TableDefinition;
  readonly previous?: TallyView;
}

/** What tells a row of a tally from the others of its view. */
export interface TallyKey {
  readonly partition: string;
  readonly sort: string;
}

/** A row of a tally; sums of all its shards. */
export interface TallyRow extends TallyKey {
  readonly labels: Readonly<Record<string, string>>;
  readonly sums: Sums;
}

/** Which rows of a tally are asked for: in the order of `sort`, or of an index. */
export interface TallyQuery {
  readonly index?: string;
  readonly partition: string;
  readonly range: SortRange;
  readonly descending: boolean;
  readonly limit: number;
  /** Row to go on after. */
  readonly after?: TallyPosition;
  /** Sum to begin with, every row that has it included; for an index only. */
  readonly start?: Sum;
}

/** Where a row stands: by its own key, and by its sum where an index is asked. */
export interface TallyPosition extends TallyKey {
  readonly sum?: Sum;
}

/** Additions to one item of the table. */
export interface ShardAddition extends TallyRow {
  readonly shard: number;
  readonly index?: string;
}

/** How far a stream is applied, and which rows it has added to of late: an index may not show them yet. */
export interface TallyMark {
  readonly version: number;
  readonly recent: readonly RecentRow[];
}

/** What one transaction writes: sums, and how far the streams that they come from are applied. */
export interface TallyWrite {
  readonly additions: readonly ShardAddition[];
  readonly checkpoints: readonly {
    readonly stream: string;
    readonly from: number;
    readonly to: number;
    /** Replaces what the stream's mark holds; none when absent. */
    readonly recent?: readonly RecentRow[];
  }[];
}

/** What became of a write; `stale`: these streams were at other checkpoints, and nothing was written. */
export type TallyOutcome = "written" | "busy" | { readonly stale: readonly string[] };

/** The table of one generation of a tally. */
export interface TallyRows extends Checkpoints {
  /** Adds and moves the checkpoints in one transaction, all or nothing. */
  add(write: TallyWrite): Promise<TallyOutcome>;
  /** Checkpoints and recent rows of streams, read strongly; streams that were never applied are absent. */
  marks(streams: readonly string[]): Promise<ReadonlyMap<string, TallyMark>>;
  /** Rows by their keys, which must differ, read strongly and in any order; those that do not exist are absent. */
  get(keys: readonly TallyKey[]): Promise<readonly TallyRow[]>;
  /** One page; rows in the order of a sum come from an index, which may lag behind the table. */
  list(query: TallyQuery): Promise<readonly TallyRow[]>;
}

/** Actions that one transaction may have. */
export const transactionActionsMax = 100;

/** Binds a tally to its domain; refuses a sharded one with an index. */
export const tallyView = (
  domain: Domain,
  { previous, ...declaration }: TallyDeclaration<Message>,
): TallyView => {
  const { name, index, shards } = declaration;
  if (index && shards !== 1)
    throw new Error(`Tally ${name} is indexed by a sum, so that it cannot be spread over shards.`);
  const indexes = index && [
    {
      name: index.name,
      partitionKey: { name: `${index.name}Partition`, type: "S" as const },
      sortKey: { name: `sum_${index.by}`, type: "N" as const },
    },
  ];
  const table = {
    name: `view-${name}`,
    ...partitionAndSort,
    ...(indexes ? { indexes } : {}),
    holds: "derived" as const,
  };
  const view = { ...declaration, domain, table };
  return previous ? { ...view, previous: { ...view, ...previous } } : view;
};

const shardOf = (shards: number, stream: string): number =>
  shards === 1 ? 0 : createHash("sha256").update(stream).digest().readUInt32BE() % shards;

/** The additions that an event gives, each to the shard of its stream; refuses sums that are no integers. */
export const tallyAdditions = (
  { name, additions, shards, index }: TallyView,
  event: Message,
  at: Envelope,
): readonly (Addition & ShardAddition)[] =>
  additions(event, at).map((addition) => {
    if (!Object.values(addition.sums).every(Number.isSafeInteger))
      throw new Error(`Tally ${name}: ${at.stream}@${at.version} adds what is no integer.`);
    const shard = shardOf(shards, at.stream);
    return index
      ? { ...addition, shard, index: index.partition(addition.labels) }
      : { ...addition, shard };
  });
