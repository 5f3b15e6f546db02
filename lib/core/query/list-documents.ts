import * as z from "zod/mini";
import type { Caller } from "../domain/access.ts";
import { catchUp } from "../log/load.ts";
import { emptyStream, type Loaded } from "../log/loaded.ts";
import { categoryOf } from "../log/stream.ts";
import {
  type DocumentRow,
  type DocumentView,
  loadedFrom,
  type RowPosition,
  rowOf,
} from "../view/document-view.ts";
import type { ConsistencyToken } from "./consistency-token.ts";
import { decodeCursor, encodeCursor } from "./cursor.ts";
import { checkReached, mayReadState, type ReadPorts } from "./read-document.ts";

/** Which documents are asked for: one partition of one index, page by page. */
export interface ListRequest {
  readonly view: DocumentView;
  readonly index: string;
  readonly partition: string;
  readonly descending: boolean;
  readonly limit: number;
  readonly cursor?: string;
}

/** One page of documents; without a cursor it is the last. */
export interface DocumentPage {
  readonly items: readonly Loaded[];
  readonly cursor?: string;
}

/** A sort position: what DynamoDB would not take as a key is no cursor of ours. */
const Position = z.strictObject({
  sort: z.string().check(z.minLength(1), z.maxLength(1024)),
  stream: z.string().check(z.minLength(1), z.maxLength(512)),
});

const scopeOf = ({ view, index, partition }: ListRequest): readonly string[] => [
  view.name,
  index,
  partition,
];

const positionIn = (index: string, row: DocumentRow): RowPosition => ({
  sort: row.entries[index]?.sort ?? "",
  stream: row.stream,
});

/** Order of an index: its sort values tell every two rows apart. */
const comparePositions = (left: RowPosition, right: RowPosition): number =>
  left.sort === right.sort ? 0 : left.sort < right.sort ? -1 : 1;

/** The row of a stream that a token names, read strongly and brought to the named version at least. */
const freshRow = async (
  { store, rowsOf }: ReadPorts,
  view: DocumentView,
  [stream, least]: readonly [string, number],
  caller: Caller,
): Promise<DocumentRow | undefined> => {
  const row = await rowsOf(view).get(stream, { consistent: true });
  let loaded = row ? loadedFrom(view, row) : emptyStream(view.domain, stream);
  if (loaded.version < least) ({ loaded } = await catchUp(view.domain, store, loaded));
  // What is not the caller's is not on the list anyway, and its version is not the caller's business.
  if (mayReadState(view.domain, loaded.state, caller)) checkReached(loaded, least);
  return loaded.version === 0 ? undefined : rowOf(view, loaded);
};

/**
 * One page of an index. The streams that the token names are read from their rows and the log instead of from the
 * index, which may lag behind, and stand where their values put them.
 */
export const listDocuments = async (
  ports: ReadPorts,
  request: ListRequest,
  caller: Caller,
  token: ConsistencyToken,
): Promise<DocumentPage> => {
  const { view, index, partition, descending, limit, cursor } = request;
  const scope = scopeOf(request);
  const after = cursor === undefined ? undefined : decodeCursor(scope, cursor, Position);
  const direction = descending ? -1 : 1;
  const isAfter = (row: DocumentRow): boolean =>
    after === undefined || direction * comparePositions(positionIn(index, row), after) > 0;
  const named = [...token].filter(([stream]) => categoryOf(stream) === view.domain.category);
  const fresh = await Promise.all(named.map((entry) => freshRow(ports, view, entry, caller)));
  // One row more than the page tells whether another page follows; named streams are taken out of what is read.
  const wanted = limit + named.length + 1;
  const query = { index, partition, descending, limit: wanted, ...(after ? { after } : {}) };
  const read = await ports.rowsOf(view).list(query);
  const merged = [
    ...read.filter(({ stream }) => !token.has(stream)),
    ...fresh.flatMap((row) =>
      row?.entries[index]?.partition === partition && isAfter(row) ? [row] : [],
    ),
  ].sort(
    (left, right) =>
      direction * comparePositions(positionIn(index, left), positionIn(index, right)),
  );
  const page = merged.slice(0, limit);
  const last = page.at(-1);
  const items = page.map((row) => loadedFrom(view, row));
  return merged.length > limit && last
    ? { items, cursor: encodeCursor(scope, positionIn(index, last)) }
    : { items };
};
