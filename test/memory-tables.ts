import type { DocumentRows } from "../lib/core/view/document-view.ts";
import type { LedgerQuery, LedgerRow, LedgerRows } from "../lib/core/view/ledger-view.ts";
import type {
  ShardAddition,
  TallyPosition,
  TallyQuery,
  TallyRow,
  TallyRows,
  TallyView,
  TallyWrite,
} from "../lib/core/view/tally-view.ts";
import type { SortRange } from "../lib/core/view/view-query.ts";
import { createMemoryDocumentRows, type MemoryDocumentRows } from "./memory-document-rows.ts";

/** One call of a port: `work` takes effect at once, and something may happen before and after it. */
export type During = <T>(call: string, work: () => T | Promise<T>) => Promise<T>;

type Value = string | number;

/** Rows and checkpoints of one generation of a view, whatever its kind. */
export interface MemoryTable {
  readonly documents: MemoryDocumentRows;
  readonly ledger: Map<string, LedgerRow>;
  readonly shards: Map<string, ShardAddition>;
  readonly checkpoints: Map<string, number>;
}

/** An empty table. */
export const emptyTable = (): MemoryTable => ({
  documents: createMemoryDocumentRows(),
  ledger: new Map(),
  shards: new Map(),
  checkpoints: new Map(),
});

const compare = (left: Value, right: Value): number =>
  typeof left === "number" && typeof right === "number"
    ? left - right
    : Buffer.compare(Buffer.from(String(left)), Buffer.from(String(right)));

const compareAll = (left: readonly Value[], right: readonly Value[]): number =>
  left.reduce<number>((order, each, at) => order || compare(each, right[at] ?? ""), 0);

const isWithin = (value: Value, { from, below, above }: SortRange): boolean =>
  (from === undefined || compare(value, from) >= 0) &&
  (below === undefined || compare(value, below) < 0) &&
  (above === undefined || compare(value, above) > 0);

/** A page of rows in the order of a position. */
const pageOf = <Row>(
  rows: readonly Row[],
  positionOf: (row: Row) => readonly Value[],
  after: readonly Value[] | undefined,
  { descending, limit }: { readonly descending: boolean; readonly limit: number },
): readonly Row[] => {
  const sign = descending ? -1 : 1;
  return rows
    .filter((row) => !after || sign * compareAll(positionOf(row), after) > 0)
    .sort((left, right) => sign * compareAll(positionOf(left), positionOf(right)))
    .slice(0, limit);
};

/** The table of a document view, as one process meets it. */
export const memoryDocuments = ({ documents }: MemoryTable, during: During): DocumentRows => ({
  get: (stream, options) => during("documents.get", () => documents.get(stream, options)),
  put: (row) => during("documents.put", () => documents.put(row)),
  list: (query) => during("documents.list", () => documents.list(query)),
});

const reached = (table: MemoryTable, streams: readonly string[]): ReadonlyMap<string, number> =>
  new Map([...table.checkpoints].filter(([stream]) => streams.includes(stream)));

/** The table of a ledger. */
export const memoryLedger = (table: MemoryTable, during: During): LedgerRows => {
  const { ledger, checkpoints } = table;
  const list = ({ partition, range, after, ...page }: LedgerQuery): readonly LedgerRow[] => {
    const found = [...ledger.values()].filter(
      (row) => row.partition === partition && isWithin(row.sort, range),
    );
    return pageOf(found, ({ key }) => [key], after === undefined ? undefined : [after], page);
  };
  return {
    put: (rows) =>
      during("ledger.put", () => {
        for (const row of structuredClone(rows))
          ledger.set(JSON.stringify([row.partition, row.key]), row);
      }),
    advance: (stream, version) =>
      during("ledger.advance", () => {
        checkpoints.set(stream, Math.max(version, checkpoints.get(stream) ?? 0));
      }),
    checkpoints: (streams) => during("ledger.checkpoints", () => reached(table, streams)),
    list: (query) => during("ledger.list", () => list(query)),
  };
};

const addSums = (
  left: Readonly<Record<string, number>> = {},
  right: Readonly<Record<string, number>>,
): Readonly<Record<string, number>> => {
  const sums = { ...left };
  for (const [name, value] of Object.entries(right)) sums[name] = (sums[name] ?? 0) + value;
  return sums;
};

/** The rows of a tally, the shards of each summed. */
export const tallyRowsIn = ({ shards }: MemoryTable): readonly TallyRow[] => {
  const rows = new Map<string, TallyRow>();
  for (const { partition, sort, labels, sums } of shards.values()) {
    const key = JSON.stringify([partition, sort]);
    rows.set(key, { partition, sort, labels, sums: addSums(rows.get(key)?.sums, sums) });
  }
  return [...rows.values()];
};

/** The table of a tally; `isBusy` says when a transaction meets another one. */
export const memoryTally = (
  table: MemoryTable,
  view: TallyView,
  during: During,
  isBusy: () => boolean,
): TallyRows => {
  const { shards, checkpoints } = table;
  const add = (write: TallyWrite) => {
    if (isBusy()) return "busy";
    const stale = write.checkpoints.filter(
      ({ stream, from }) => (checkpoints.get(stream) ?? 0) !== from,
    );
    if (stale.length > 0) return { stale: stale.map(({ stream }) => stream) };
    for (const addition of write.additions) {
      const key = JSON.stringify([addition.partition, addition.sort, addition.shard]);
      const sums = addSums(shards.get(key)?.sums, addition.sums);
      shards.set(key, { ...addition, sums });
    }
    for (const { stream, to } of write.checkpoints) checkpoints.set(stream, to);
    return "written";
  };
  const bySort = ({ partition, range, after, ...page }: TallyQuery) => {
    const found = tallyRowsIn(table).filter(
      (row) => row.partition === partition && isWithin(row.sort, range),
    );
    return pageOf(found, ({ sort }) => [sort], after && [after.sort], page);
  };
  const bySum = (by: string, { partition, range, after, ...page }: TallyQuery) => {
    const place = ({ sum = 0, partition: own, sort }: TallyPosition) => [sum, own, sort];
    const placeOf = (row: TallyRow) => place({ ...row, sum: row.sums[by] ?? 0 });
    const found = [...shards.values()].filter(
      ({ index, sums }) => index === partition && isWithin(sums[by] ?? 0, range),
    );
    const rows = found.map(({ partition: own, sort, labels, sums }) => {
      return { partition: own, sort, labels, sums };
    });
    return pageOf(rows, placeOf, after && place(after), page);
  };
  return {
    add: (write) => during("tally.add", () => add(structuredClone(write))),
    checkpoints: (streams) => during("tally.checkpoints", () => reached(table, streams)),
    list: (query) =>
      during("tally.list", () =>
        query.index && view.index ? bySum(view.index.by, query) : bySort(query),
      ),
  };
};
