import * as z from "zod/mini";
import "../english.ts";
import type { StoredMessage } from "../domain/message.ts";
import type { StoredValue } from "./stored-value.ts";

/** An event as it is stored, in the shape of its own day. */
export interface StoredEvent extends StoredMessage {
  readonly data: StoredValue;
}

/** A state as it is stored, in the shape of its own day. */
export interface StoredState {
  readonly schema: number;
  readonly state: StoredValue;
}

/**
 * Everything one command decided for one stream: one item of the event table, written once and never changed.
 * Stored forever: attributes may be added under a new `format`, never renamed.
 */
export interface Commit {
  /** Partition key: `<category>-<id>`. */
  readonly stream: string;
  /** Sort key: version of the first event in this commit; versions are dense from 1. */
  readonly version: number;
  readonly format: 1;
  readonly events: readonly StoredEvent[];
  /** UUIDv7, 16 bytes; stays the same over all attempts of one command. */
  readonly id: Uint8Array;
  /** ISO 8601, never before the previous commit's. */
  readonly time: string;
  /** Whose stream this is after the commit. */
  readonly owner?: string;
  /** Every user whom the commit concerns, sorted. */
  readonly people: readonly string[];
  readonly actor: string;
  readonly correlationId: string;
  readonly causationId: string;
  readonly snapshot?: StoredState;
  /** Key of the latest earlier commit that carries a snapshot; 0 when none does. */
  readonly snapshotVersion: number;
  /** SHA-256 over the previous commit's hash and this commit without `hash`. */
  readonly hash: Uint8Array;
}

/** A commit before it is hashed. */
export type UnhashedCommit = Omit<Commit, "hash">;

/** Version of the stream once this commit is applied. */
export const lastVersion = (commit: Pick<Commit, "version" | "events">): number =>
  commit.version + commit.events.length - 1;

/** True when both ids are the same bytes. */
export const sameBytes = (left: Uint8Array, right: Uint8Array): boolean =>
  left.length === right.length && left.every((byte, index) => byte === right[index]);

const bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array, "must be binary");
const stored = z.custom<StoredValue>((value) => value !== undefined, "is missing");
const version = z.int().check(z.minimum(1));

const StoredCommit = z.object({
  stream: z.string(),
  version,
  format: z.literal(1),
  events: z.array(z.object({ type: z.string(), schema: version, data: stored })),
  id: bytes,
  time: z.string(),
  owner: z.exactOptional(z.string()),
  people: z.array(z.string()),
  actor: z.string(),
  correlationId: z.string(),
  causationId: z.string(),
  snapshot: z.exactOptional(z.object({ schema: version, state: stored })),
  snapshotVersion: z.int().check(z.minimum(0)),
  hash: bytes,
});

/** An item of the event table that is no commit: somebody has edited it. */
export class DamagedCommit extends Error {
  override readonly name = "DamagedCommit";
  /** Version that the item stands at; 0 when it does not say. */
  readonly version: number;

  constructor(version: number, reason: string) {
    super(`An item of the event table is not a commit: ${reason}`);
    this.version = version;
  }
}

const Versioned = z.object({ version });

const assertCommit: (item: unknown) => asserts item is Commit = (item) => {
  const { error } = StoredCommit.safeParse(item);
  if (!error) return;
  const { data } = Versioned.safeParse(item);
  throw new DamagedCommit(data?.version ?? 0, z.prettifyError(error));
};

/**
 * Takes an item of the event table for a commit, as it is: attributes that this code does not know stay, for the hash
 * covers them. An unknown format is refused, and whatever else is no commit (`DamagedCommit`).
 */
export const parseCommit = (item: unknown): Commit => {
  assertCommit(item);
  return item;
};
