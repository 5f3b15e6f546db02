import * as z from "zod/mini";
import type { SubjectKey } from "./subject-keys.ts";

/** Start of the items that hold wrapped data keys. */
export const dataKeyItems = "data#";

const DataKeyRow = z.object({
  keyId: z.string(),
  wrapped: z.custom<Uint8Array>((value) => value instanceof Uint8Array),
  madeAt: z.string(),
});

/** A wrapped data key as it is stored, and the KMS key that unwraps it. */
export type WrappedDataKey = z.output<typeof DataKeyRow>;

/** Parses a wrapped data key. */
export const parseDataKey = (item: unknown): WrappedDataKey => DataKeyRow.parse(item);

/** The item that holds a data key: its id as base64url. */
export const dataKeyItem = (id: Uint8Array): string =>
  `${dataKeyItems}${Buffer.from(id).toString("base64url")}`;

/** What storing data keys needs of the subject-key table. */
export interface DataKeyRows {
  /** Adds a wrapped data key, if the user's key is ready and the one that wraps it. */
  add(user: string, id: Uint8Array, key: WrappedDataKey): Promise<boolean>;
}

/** Which data key of which user. */
export interface DataKeyName {
  readonly user: string;
  readonly id: Uint8Array;
}

/** What the table holds, at one time, of a user and one of their data keys. */
export interface FoundDataKey {
  readonly subject: SubjectKey | undefined;
  readonly dataKey: WrappedDataKey | undefined;
}

/** What opening needs of the subject-key table. */
export interface DataKeyReader {
  /** What is known of each data key and its user, read strongly, in order. */
  lookUp(names: readonly DataKeyName[]): Promise<readonly FoundDataKey[]>;
}
