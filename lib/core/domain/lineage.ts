import * as z from "zod/mini";
import "../english.ts";

/** One published shape in the life of a schema. */
export interface Generation {
  readonly schema: number;
  readonly shape: z.core.$ZodType;
}

/**
 * A schema with its past: numbered shapes from 1, and a pure step from each to the next, checked by the compiler.
 * Stored forever: a shape that was published is never changed, a new one is added with `next`.
 */
export interface Lineage<Now extends z.core.$ZodType = z.core.$ZodType> {
  /** Number of today's shape. */
  readonly schema: number;
  readonly now: Now;
  readonly past: readonly Generation[];
  /** Lifts data of any published schema to today's shape; refuses an unknown number and data that does not fit. */
  read(schema: number, data: unknown): z.output<Now>;
  /** Publishes a new shape, with the step that leads to it; personal values go through it sealed. */
  next<Next extends z.core.$ZodType>(
    next: Next,
    upcast: (old: z.output<Now>) => z.input<Next> | z.output<Next>,
  ): Lineage<Next>;
}

type Step = (old: unknown) => unknown;

const grow = <Now extends z.core.$ZodType>(
  now: Now,
  past: readonly Generation[],
  liftToNow: (schema: number, data: unknown) => unknown,
): Lineage<Now> => {
  const schema = past.length + 1;
  const read = (from: number, data: unknown): z.output<Now> => {
    if (!Number.isInteger(from) || from < 1 || from > schema)
      throw new Error(`Schema ${from} is unknown here: this code reads 1 to ${schema}.`);
    return z.parse(now, from === schema ? data : liftToNow(from, data));
  };
  return {
    schema,
    now,
    past,
    read,
    next: (next, upcast) =>
      grow(next, [...past, { schema, shape: now }], (from, data) =>
        (upcast as Step)(read(from, data)),
      ),
  };
};

/** Starts a lineage with its first shape. */
export const lineage = <S extends z.core.$ZodType>(first: S): Lineage<S> =>
  grow(first, [], () => {
    throw new Error("The first shape has no predecessor.");
  });
