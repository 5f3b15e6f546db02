import { createHash } from "node:crypto";
import * as z from "zod/mini";
import { badInput } from "../errors.ts";

const scopeBytes = 9;

const digest = (scope: readonly string[]): string =>
  createHash("sha256")
    .update(JSON.stringify(scope))
    .digest("base64url")
    .slice(0, (scopeBytes * 4) / 3);

/** What is longer, no row has as its key: DynamoDB's limit is 1,024 bytes, of which shards need some. */
const keyBytesMax = 1_000;

/** A part of a row's key in a position; refuses what no table would take. */
export const Key = z.string().check(
  z.minLength(1),
  z.refine((key) => Buffer.byteLength(key) <= keyBytesMax),
);

/**
 * Where a page ends. `scope` says which query it belongs to (view, index, partition, ...) and goes in as a digest
 * only; `position` is where the next page goes on.
 */
export const encodeCursor = (scope: readonly string[], position: unknown): string =>
  Buffer.from(JSON.stringify([digest(scope), position])).toString("base64url");

const Cursor = z.tuple([z.string(), z.unknown()]);

/** The position in a cursor; refuses one that is malformed or comes from another query. */
export const decodeCursor = <S extends z.core.$ZodType>(
  scope: readonly string[],
  cursor: string,
  shape: S,
): z.output<S> => {
  try {
    const [origin, position] = Cursor.parse(
      JSON.parse(Buffer.from(cursor, "base64url").toString()),
    );
    if (origin === digest(scope)) return z.parse(shape, position);
  } catch {
    // Whatever is wrong with it, the answer is the same.
  }
  throw badInput("cursor", "does not belong to this query");
};

/** A cursor that goes on in the build of the view in which it began. */
export const inGeneration = (generation: number, cursor: string): string =>
  `${generation}.${cursor}`;

/** The generation that a cursor began in, and the cursor itself; refuses generations that are gone. */
export const splitGeneration = (
  cursor: string,
  readable: readonly number[],
): { readonly generation: number; readonly cursor: string } => {
  const [, digits = "", rest = ""] = /^(\d{1,9})\.(.+)$/.exec(cursor) ?? [];
  const generation = Number(digits);
  if (readable.includes(generation)) return { generation, cursor: rest };
  throw badInput("cursor", "has expired, or does not belong to this query");
};
