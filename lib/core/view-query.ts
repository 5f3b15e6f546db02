import type * as z from "zod";
import type { Caller } from "./access.ts";

/** Part of an index or of a view's own order: `from` inclusive, `below` and `above` exclusive. */
export interface SortRange {
  readonly from?: string | number;
  readonly below?: string | number;
  readonly above?: string | number;
}

/** A question to a view as it comes over HTTP: which rows, in which order, and who may ask. */
export interface ViewQuery {
  /** Query parameters besides `limit` and `cursor`: a strict object of texts. */
  readonly parameters: z.ZodType;
  /** The user whose rows are asked for; without it only admins and auditors may ask. */
  whose?(parameters: unknown, caller: Caller): string;
  /** Which rows: all that share this partition. */
  partition(parameters: unknown, caller: Caller): string;
  range?(parameters: unknown): SortRange;
  /** Asks an index of the view instead of its own order. */
  readonly index?: string;
  readonly descending?: boolean;
}

/** The same with the type of the parsed parameters. */
interface TypedQuery<P> extends Omit<ViewQuery, "parameters" | "whose" | "partition" | "range"> {
  whose?(parameters: P, caller: Caller): string;
  partition(parameters: P, caller: Caller): string;
  range?(parameters: P): SortRange;
}

/** Declares a query whose functions get the parsed parameters. */
export const viewQuery = <S extends z.ZodType>(
  parameters: S,
  { whose, partition, range, ...options }: TypedQuery<z.output<S>>,
): ViewQuery => ({
  ...options,
  parameters,
  partition: (raw, caller) => partition(parameters.parse(raw), caller),
  ...(whose ? { whose: (raw, caller) => whose(parameters.parse(raw), caller) } : {}),
  ...(range ? { range: (raw) => range(parameters.parse(raw)) } : {}),
});

/** True when the caller may ask: the user whose rows these are, admins and auditors. */
export const mayAsk = (query: ViewQuery, parameters: unknown, caller: Caller): boolean =>
  caller.admin || caller.auditor || query.whose?.(parameters, caller) === caller.sub;
