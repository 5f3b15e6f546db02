import { createHash } from "node:crypto";
import type { DocumentRows } from "../lib/core/view/document-view.ts";
import type { LedgerQuery, LedgerRow, LedgerRows } from "../lib/core/view/ledger-view.ts";
import { rowKey } from "../lib/core/view/recent-rows.ts";
import { addSums } from "../lib/core/view/sum.ts";
import type {
  ShardAddition,
  TallyMark,
  TallyPosition,
  TallyQuery,
  TallyRow,
  TallyRows,
  TallyView,
  TallyWrite,
} from "../lib/core/view/tally-view.ts";
import type { SortRange } from "../lib/core/view/view-query.ts";
import { createMemoryDocumentRows, type MemoryDocumentRows } from "./memory-document-rows.ts";
import type { MemoryIndex } from "./memory-index.ts";

/** One call of a port: `work` takes effect at once, and something may happen before and after it. */
export type During = <T>(call: string, work: () => T | Promise<T>) => Promise<T>;

type Value = string | number | bigint;

/** Rows and checkpoints of one generation of a view, whatever its kind. */
export interface MemoryTable {
  readonly documents: MemoryDocumentRows;
  readonly ledger: Map<string, LedgerRow>;
  readonly shards: Map<string, ShardAddition>;
  readonly index: MemoryIndex;
  readonly checkpoints: Map<string, number>;
  readonly recent: Map<string, TallyMark["recent"]>;
}

/** An empty table, with an index that is empty, too. */
export const emptyTable = (index: MemoryIndex): MemoryTable => ({
  documents: createMemoryDocumentRows(),
  ledger: new Map(),
  shards: new Map(),
  index,
  checkpoints: new Map(),
  recent: new Map(),
});

const compare = (left: Value, right: Value): number => {
  if (typeof left === "string" && typeof right === "string")
    return Buffer.compare(Buffer.from(left), Buffer.from(right));
  return left < right ? -1 : left > right ? 1 : 0;
};

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

const digest = (text: string): string => createHash("sha256").update(text).digest("hex");

/** The rows of a tally, the shards of each summed. */
export const tallyRowsIn = ({ shards }: MemoryTable): readonly TallyRow[] => {
  const rows = new Map<string, TallyRow>();
  for (const { partition, sort, labels, sums } of shards.values()) {
    const key = rowKey({ partition, sort });
    rows.set(key, { partition, sort, labels, sums: addSums(rows.get(key)?.sums ?? {}, sums) });
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
  const { shards, checkpoints, recent, index: indexed } = table;
  const add = (write: TallyWrite) => {
    if (isBusy()) return "busy";
    const stale = write.checkpoints.filter(
      ({ stream, from }) => (checkpoints.get(stream) ?? 0) !== from,
    );
    if (stale.length > 0) return { stale: stale.map(({ stream }) => stream) };
    for (const addition of write.additions) {
      const key = JSON.stringify([addition.partition, addition.sort, addition.shard]);
      const sums = addSums(shards.get(key)?.sums ?? {}, addition.sums);
      const item = { ...addition, sums };
      shards.set(key, item);
      indexed.note(key, item);
    }
    for (const { stream, to, recent: rows = [] } of write.checkpoints) {
      checkpoints.set(stream, to);
      recent.set(stream, rows);
    }
    return "written";
  };
  const bySort = ({ partition, range, after, ...page }: TallyQuery) => {
    const found = tallyRowsIn(table).filter(
      (row) => row.partition === partition && isWithin(row.sort, range),
    );
    return pageOf(found, ({ sort }) => [sort], after && [after.sort], page);
  };
  const bySum = (by: string, { partition, range, after, start, ...page }: TallyQuery) => {
    // As on DynamoDB, nobody can tell in which order rows of the same sum stand.
    const place = ({ sum = 0, ...key }: TallyPosition) => [sum, digest(rowKey(key))];
    const placeOf = (row: TallyRow) => place({ ...row, sum: row.sums[by] ?? 0 });
    const sign = page.descending ? -1 : 1;
    const found = indexed
      .shown()
      .filter(
        ({ index, sums: { [by]: sum } }) =>
          index === partition &&
          sum !== undefined &&
          isWithin(sum, range) &&
          (start === undefined || sign * compare(sum, start) >= 0),
      );
    const rows = found.map(({ partition: own, sort, labels, sums }) => {
      return { partition: own, sort, labels, sums };
    });
    return pageOf(rows, placeOf, after && place(after), page);
  };
  return {
    add: (write) => during("tally.add", () => add(structuredClone(write))),
    checkpoints: (streams) => during("tally.checkpoints", () => reached(table, streams)),
    marks: (streams) =>
      during("tally.marks", () => {
        const marks = [...reached(table, streams)];
        return new Map(
          marks.map(([stream, version]) => [stream, { version, recent: recent.get(stream) ?? [] }]),
        );
      }),
    get: (keys) =>
      during("tally.get", () => {
        const wanted = new Set(keys.map(rowKey));
        return tallyRowsIn(table).filter((row) => wanted.has(rowKey(row)));
      }),
    list: (query) =>
      during("tally.list", () =>
        query.index && view.index ? bySum(view.index.by, query) : bySort(query),
      ),
  };
};
