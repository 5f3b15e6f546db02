import * as z from "zod";
import type { Caller } from "../domain/access.ts";
import type { LedgerRows, LedgerView } from "../view/ledger-view.ts";
import type { TallyPosition, TallyRow, TallyRows, TallyView } from "../view/tally-view.ts";
import type { ViewQuery } from "../view/view-query.ts";
import { decodeCursor, encodeCursor } from "./cursor.ts";

/** Which rows of a ledger or tally are asked for; `parameters` as they came. */
export interface RowsRequest {
  readonly parameters: unknown;
  readonly caller: Caller;
  readonly limit: number;
  readonly cursor?: string;
}

/** One page of what readers see; without a cursor it is the last. */
export interface RowsPage {
  readonly items: readonly object[];
  readonly cursor?: string;
}

/** What is longer, no row has as its key: DynamoDB's limit is 1,024 bytes, of which shards need some. */
const keyBytesMax = 1_000;

const Key = z
  .string()
  .min(1)
  .refine((key) => Buffer.byteLength(key) <= keyBytesMax);

/** One row more than the page tells whether another page follows. */
const pageOf = <Row>(
  rows: readonly Row[],
  limit: number,
  show: (row: Row) => object,
  cursorAt: (row: Row) => string,
): RowsPage => {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  const items = page.map(show);
  return rows.length > limit && last !== undefined ? { items, cursor: cursorAt(last) } : { items };
};

/** One page of a ledger. */
export const listLedger = async (
  { name }: LedgerView,
  query: ViewQuery,
  rows: LedgerRows,
  { parameters, caller, limit, cursor }: RowsRequest,
): Promise<RowsPage> => {
  const partition = query.partition(parameters, caller);
  const { descending = false } = query;
  const range = query.range?.(parameters) ?? {};
  const scope = [name, partition, JSON.stringify(range)];
  const after = cursor === undefined ? undefined : decodeCursor(scope, cursor, Key);
  const found = await rows.list({
    partition,
    range,
    descending,
    limit: limit + 1,
    ...(after === undefined ? {} : { after }),
  });
  return pageOf(
    found,
    limit,
    ({ values }) => values,
    ({ key }) => encodeCursor(scope, key),
  );
};

const Position = z.strictObject({
  partition: Key,
  sort: Key,
  sum: z.int().exactOptional(),
});

const positionOf = (
  { index }: TallyView,
  asked: string | undefined,
  row: TallyRow,
): TallyPosition => {
  const { partition, sort, sums } = row;
  return asked && index ? { partition, sort, sum: sums[index.by] ?? 0 } : { partition, sort };
};

/** One page of a tally. */
export const listTally = async (
  view: TallyView,
  query: ViewQuery,
  rows: TallyRows,
  { parameters, caller, limit, cursor }: RowsRequest,
): Promise<RowsPage> => {
  const { name } = view;
  const { index, descending = false } = query;
  const partition = query.partition(parameters, caller);
  const range = query.range?.(parameters) ?? {};
  const scope = [name, index ?? "", partition, JSON.stringify(range)];
  const after = cursor === undefined ? undefined : decodeCursor(scope, cursor, Position);
  const found = await rows.list({
    partition,
    range,
    descending,
    limit: limit + 1,
    ...(index === undefined ? {} : { index }),
    ...(after === undefined ? {} : { after }),
  });
  return pageOf(
    found,
    limit,
    ({ labels, sums }) => ({ ...labels, ...sums }),
    (row) => encodeCursor(scope, positionOf(view, index, row)),
  );
};
