import { type Domain, keyOf, publicId, subjectOf } from "../domain/domain.ts";
import type { Commit, StoredState } from "../log/commit.ts";
import { advance, emptyStream, fromSnapshot, type Loaded } from "../log/loaded.ts";
import { toStored } from "../log/stored-value.ts";
import type { TableDefinition, TableIndex } from "../system/table.ts";

/** Name of the index that finds a user's own documents. */
export const ownerIndex = "owner";

/** One stream as its readers find it: the fold of its events up to `version`. */
export interface DocumentRow {
  readonly stream: string;
  readonly version: number;
  /** Time of the last commit that is applied. */
  readonly time: string;
  /** Hash of the last commit that is applied. */
  readonly hash: Uint8Array;
  readonly state: StoredState;
  /** Where the document is found, by index name. */
  readonly entries: Readonly<Record<string, { partition: string; sort: string }>>;
}

/** A page of an index, in its order. */
export interface RowQuery {
  readonly index: string;
  readonly partition: string;
  readonly descending: boolean;
  readonly limit: number;
  /** Sort position to go on after. */
  readonly after?: RowPosition;
}

/** Where a row stands in an index: by the index' sort value, then by stream. */
export interface RowPosition {
  readonly sort: string;
  readonly stream: string;
}

/** The table of one document view. Rows belong to a generation, one build of the view. */
export interface DocumentRows {
  get(stream: string, options: { readonly consistent: boolean }): Promise<DocumentRow | undefined>;
  /** Writes a row unless the one that stands is at its version or beyond; false then. */
  put(row: DocumentRow): Promise<boolean>;
  /** Rows of one partition of an index; what an index shows may lag behind `get`. */
  list(query: RowQuery): Promise<readonly DocumentRow[]>;
}

/** A domain's own document view: its fold is the decider itself. */
export interface DocumentView {
  readonly kind: "document";
  readonly name: string;
  readonly definition: number;
  readonly domain: Domain;
  readonly table: TableDefinition;
  readonly previous?: DocumentView;
}

const indexNamed = (name: string): TableIndex => ({
  name,
  partitionKey: { name: `${name}Partition`, type: "S" },
  sortKey: { name: `${name}Sort`, type: "S" },
});

/** The document view of a domain, with its table and indexes. */
export const documentView = (domain: Domain): DocumentView => {
  const { collection, indexes = {}, definition = 1, previous } = domain;
  const table: TableDefinition = {
    name: `view-${collection}`,
    partitionKey: { name: "row", type: "S" },
    indexes: [indexNamed(ownerIndex), ...Object.keys(indexes).map(indexNamed)],
    holds: "derived",
  };
  const view = { kind: "document" as const, name: collection, definition, domain, table };
  if (!previous) return view;
  const before = { ...domain, index: (state: unknown) => previous.index?.(state) ?? {} };
  return { ...view, previous: { ...view, definition: previous.definition, domain: before } };
};

/**
 * The sort key of an index entry: one text for each row, so that an index has one order whatever its values; numbers
 * are padded to stand in theirs.
 */
export const sortText = (sort: string | number, stream: string): string => {
  if (typeof sort === "string") return `${sort}#${stream}`;
  if (Number.isSafeInteger(sort) && sort >= 0) return `${String(sort).padStart(16, "0")}#${stream}`;
  throw new Error(`${stream}: an index orders whole numbers from 0 on, not ${sort}.`);
};

const entriesOf = ({ domain }: DocumentView, { stream, state }: Loaded): DocumentRow["entries"] => {
  const { owner } = subjectOf(domain, state);
  const own =
    owner === undefined ? [] : [[ownerIndex, { partition: owner, sort: stream }] as const];
  const others = Object.entries(domain.index?.(state) ?? {}).flatMap(([name, entry]) =>
    entry
      ? [[name, { partition: entry.partition, sort: sortText(entry.sort, stream) }] as const]
      : [],
  );
  return Object.fromEntries([...own, ...others]);
};

/** The row of a stream in this state. */
export const rowOf = (view: DocumentView, loaded: Loaded): DocumentRow => ({
  stream: loaded.stream,
  version: loaded.version,
  time: loaded.time,
  hash: loaded.hash,
  state: { schema: view.domain.state.schema, state: toStored(loaded.state, "state") },
  entries: entriesOf(view, loaded),
});

/** The stream as its row shows it; what only writers need is not in a row. */
export const loadedFrom = ({ domain }: DocumentView, row: DocumentRow): Loaded => ({
  ...emptyStream(domain, row.stream),
  version: row.version,
  state: domain.state.read(row.state.schema, row.state.state),
  time: row.time,
  hash: row.hash,
});

/** The state that the last snapshot among consecutive commits leads to; undefined when none carries one. */
export const fromLastSnapshot = (
  domain: Domain,
  commits: readonly Commit[],
): Loaded | undefined => {
  const index = commits.findLastIndex(({ snapshot }) => snapshot !== undefined);
  const carrier = commits[index];
  const base = carrier && fromSnapshot(domain, carrier);
  return (
    base &&
    commits.slice(index + 1).reduce((before, commit) => advance(domain, before, commit), base)
  );
};

/** What a reader is shown: the id by the name of its path parameter, the version, and the domain's own view. */
export const showDocument = (
  domain: Domain,
  id: string,
  loaded: Pick<Loaded, "version" | "state">,
): object => ({
  [keyOf(domain).parameter]: publicId(domain, id),
  version: loaded.version,
  ...domain.show(loaded.state),
});
