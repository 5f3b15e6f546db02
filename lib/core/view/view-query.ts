import * as z from "zod/mini";
import type { Caller } from "../domain/access.ts";

/** Part of an index or of a view's own order: `from` inclusive, `below` and `above` exclusive. */
export interface SortRange {
  readonly from?: string | number;
  readonly below?: string | number;
  readonly above?: string | number;
}

/** A question to a view as it comes over HTTP: which rows, in which order, and who may ask. */
export interface ViewQuery {
  /** Query parameters besides `limit` and `cursor`: a strict object of texts. */
  readonly parameters: z.core.$ZodObject;
  /** The user whose rows are asked for; without it only admins and auditors may ask. */
  whose?(parameters: unknown, caller: Caller): string;
  /** Which rows: all that share this partition. */
  partition(parameters: unknown, caller: Caller): string;
  range?(parameters: unknown): SortRange;
  /** Asks an index of the view instead of its own order. */
  readonly index?: string;
  readonly descending?: boolean;
  /** Shape of one item, or of the one object; without it, items are documents of the domain. */
  readonly item?: z.core.$ZodObject;
  /** Path instead of `/views/{name}`; its parameters are among the query parameters then. */
  readonly path?: string;
  /** Makes one object of the first row and the caller's own stream, instead of a list. */
  one?(found: Found, parameters: unknown): object;
}

/** What a query for one object has found: sums of a tally's row, and the state of the caller's own stream. */
export interface Found {
  readonly sums: Readonly<Record<string, number>>;
  readonly own: unknown;
}

/** The same with the type of the parsed parameters. */
interface TypedQuery<P>
  extends Omit<ViewQuery, "parameters" | "whose" | "partition" | "range" | "one"> {
  whose?(parameters: P, caller: Caller): string;
  partition(parameters: P, caller: Caller): string;
  range?(parameters: P): SortRange;
  one?(found: Found, parameters: P): object;
}

/** A query that also keeps what it was declared with, for those who ask it by name. */
export interface ViewQueryOf<Declared> extends ViewQuery {
  readonly declared: Declared;
}

/** Declares a query whose functions get the parsed parameters; refuses fields that no query has. */
export const viewQuery = <S extends z.core.$ZodObject, const O extends TypedQuery<z.output<S>>>(
  parameters: S,
  declared: O & { readonly [K in Exclude<keyof O, keyof TypedQuery<never>>]: never },
): ViewQueryOf<O & { readonly parameters: S }> => {
  const { whose, partition, range, one, ...options }: TypedQuery<z.output<S>> = declared;
  const parsed = (raw: unknown): z.output<S> => z.parse(parameters, raw);
  return {
    ...options,
    declared: { ...declared, parameters },
    parameters,
    partition: (raw, caller) => partition(parsed(raw), caller),
    ...(whose ? { whose: (raw, caller) => whose(parsed(raw), caller) } : {}),
    ...(range ? { range: (raw) => range(parsed(raw)) } : {}),
    ...(one ? { one: (found, raw) => one(found, parsed(raw)) } : {}),
  };
};

/** Whose rows are asked for when anybody may ask. */
export const anyone = (_: unknown, { sub }: Caller): string => sub;

/** True when the caller may ask: the user whose rows these are, admins and auditors. */
export const mayAsk = (query: ViewQuery, parameters: unknown, caller: Caller): boolean =>
  caller.admin || caller.auditor || query.whose?.(parameters, caller) === caller.sub;
