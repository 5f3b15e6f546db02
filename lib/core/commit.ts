import type { StoredMessage } from "./message.ts";
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
