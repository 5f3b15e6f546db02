import * as z from "zod/mini";
import type { Caller } from "../domain/access.ts";
import type { LedgerRows, LedgerView } from "../view/ledger-view.ts";
import { shownSums } from "../view/sum.ts";
import type { TallyRows, TallyView } from "../view/tally-view.ts";
import type { SortRange, ViewQuery } from "../view/view-query.ts";
import type { ConsistencyToken } from "./consistency-token.ts";
import { decodeCursor, encodeCursor, Key } from "./cursor.ts";
import { listBySum } from "./list-by-sum.ts";

/** Which rows of a ledger or tally are asked for; `parameters` as they came. */
export interface RowsRequest {
  readonly parameters: unknown;
  readonly caller: Caller;
  /** What the rows have taken in already. */
  readonly token: ConsistencyToken;
  readonly limit: number;
  readonly cursor?: string;
}

/** One page of what readers see; without a cursor it is the last. */
export interface RowsPage {
  readonly items: readonly object[];
  readonly cursor?: string;
}

/** A request in the terms of the rows, and what its cursors belong to. */
export interface RowsQuestion {
  readonly scope: readonly string[];
  readonly asked: {
    readonly partition: string;
    readonly range: SortRange;
    readonly descending: boolean;
    /** One row more than the page tells whether another page follows. */
    readonly limit: number;
  };
}

const questionOf = (
  { name }: LedgerView | TallyView,
  query: ViewQuery,
  { parameters, caller, limit }: RowsRequest,
): RowsQuestion => {
  const { index = "", descending = false } = query;
  const partition = query.partition(parameters, caller);
  const range = query.range?.(parameters) ?? {};
  return {
    scope: [name, index, partition, JSON.stringify(range)],
    asked: { partition, range, descending, limit: limit + 1 },
  };
};

const startOf = <S extends z.core.$ZodType>(
  { scope }: RowsQuestion,
  { cursor }: RowsRequest,
  position: S,
): { readonly after?: z.output<S> } =>
  cursor === undefined ? {} : { after: decodeCursor(scope, cursor, position) };

const pageOf = <Row>(
  rows: readonly Row[],
  { scope }: RowsQuestion,
  { limit }: RowsRequest,
  show: (row: Row) => object,
  positionOf: (row: Row) => unknown,
): RowsPage => {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  const items = page.map(show);
  return rows.length > limit && last !== undefined
    ? { items, cursor: encodeCursor(scope, positionOf(last)) }
    : { items };
};

/** One page of a ledger, which is read strongly. */
export const listLedger = async (
  view: LedgerView,
  query: ViewQuery,
  rows: LedgerRows,
  request: RowsRequest,
): Promise<RowsPage> => {
  const question = questionOf(view, query, request);
  const found = await rows.list({ ...question.asked, ...startOf(question, request, Key) });
  return pageOf(
    found,
    question,
    request,
    ({ values }) => values,
    ({ key }) => key,
  );
};

const Position = z.strictObject({ partition: Key, sort: Key });

/**
 * One page of a tally: in its own order, which is read strongly, or in the order of a sum, over whose index what the
 * token names is laid.
 */
export const listTally = async (
  view: TallyView,
  query: ViewQuery,
  rows: TallyRows,
  request: RowsRequest,
): Promise<RowsPage> => {
  const question = questionOf(view, query, request);
  if (query.index !== undefined) return listBySum(view, query.index, rows, question, request);
  const found = await rows.list({ ...question.asked, ...startOf(question, request, Position) });
  return pageOf(
    found,
    question,
    request,
    ({ labels, sums }) => ({ ...labels, ...shownSums(sums) }),
    ({ partition, sort }) => ({ partition, sort }),
  );
};
