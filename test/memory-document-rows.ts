import type {
  DocumentRow,
  DocumentRows,
  RowPosition,
  RowQuery,
} from "../lib/core/view/document-view.ts";

/** The table of a document view in memory; what is read loosely lags behind until it is told to catch up. */
export interface MemoryDocumentRows extends DocumentRows {
  /** How often a row was read, strongly or not, and written, in vain or not. */
  readonly calls: { get: number; put: number; list: number };
  /** True: loose reads and indexes stay as they are while rows are written. */
  lags: boolean;
  /** Brings loose reads and indexes up to date, of one stream or of all. */
  catchUp(stream?: string): void;
  /** Every row as it stands, by stream. */
  readonly standing: ReadonlyMap<string, DocumentRow>;
}

const compare = (left: string | number, right: string | number): number =>
  left === right ? 0 : left < right ? -1 : 1;

/** An empty table of documents in memory. */
export const createMemoryDocumentRows = (): MemoryDocumentRows => {
  const standing = new Map<string, DocumentRow>();
  let shown = new Map<string, DocumentRow>();
  const calls = { get: 0, put: 0, list: 0 };
  const copy = <T>(value: T): T => structuredClone(value);
  const list = ({ index, partition, descending, limit, after }: RowQuery): DocumentRow[] => {
    const direction = descending ? -1 : 1;
    const order = (left: RowPosition, right: RowPosition): number =>
      direction * (compare(left.sort, right.sort) || compare(left.stream, right.stream));
    const found = [...shown.values()].flatMap((row) => {
      const entry = row.entries[index];
      return entry?.partition === partition
        ? [{ row, position: { sort: entry.sort, stream: row.stream } }]
        : [];
    });
    return found
      .filter(({ position }) => after === undefined || order(position, after) > 0)
      .sort((left, right) => order(left.position, right.position))
      .slice(0, limit)
      .map(({ row }) => copy(row));
  };
  const rows: MemoryDocumentRows = {
    calls,
    lags: false,
    standing,
    catchUp: (stream) => {
      const row = stream === undefined ? undefined : standing.get(stream);
      shown = row ? new Map(shown).set(row.stream, row) : new Map(standing);
    },
    get: async (stream, { consistent }) => {
      calls.get += 1;
      return copy((consistent ? standing : shown).get(stream));
    },
    put: async (row) => {
      calls.put += 1;
      const known = standing.get(row.stream);
      if (known && known.version >= row.version) return false;
      standing.set(row.stream, copy(row));
      if (!rows.lags) rows.catchUp(row.stream);
      return true;
    },
    list: async (query) => {
      calls.list += 1;
      return list(query);
    },
  };
  return rows;
};
