import { randomBytes } from "node:crypto";
import * as z from "zod/mini";
import "../english.ts";
import { Refusal } from "../errors.ts";
import type { WrappingKey } from "./key-service.ts";

/** The item that holds the record of a user's key. */
export const keyItem = "key";

// Stored as long as the user is known: add fields, never rename or repurpose one.
const claimed = z.object({ state: z.literal("claimed"), claim: z.string() });
const ready = z.object({
  state: z.literal("ready"),
  claim: z.string(),
  keyId: z.string(),
  own: z.boolean(),
});
const erased = z.object({
  state: z.literal("erased"),
  erasedAt: z.string(),
  claim: z.exactOptional(z.string()),
  keyId: z.exactOptional(z.string()),
  own: z.exactOptional(z.boolean()),
  destroyedAt: z.exactOptional(z.string()),
});
const Row = z.discriminatedUnion("state", [claimed, ready, erased]);

/**
 * The record of a user's key. `claimed`: somebody is making it; `ready`: it may be used; `erased`:
 * the user's tombstone, which stays for good. `own` tells a key of the user's own from the one that
 * all share.
 */
export type SubjectKey = z.output<typeof Row>;

/** A key that may be used. */
export type ReadyKey = Extract<SubjectKey, { state: "ready" }>;

/** A user's tombstone; the erasure is complete when it tells when the KMS key is destroyed. */
export type Tombstone = Extract<SubjectKey, { state: "erased" }>;

/** Parses the record of a user's key. */
export const parseSubjectKey = (item: unknown): SubjectKey => Row.parse(item);

/** A new claim: when it was made, and 8 random bytes; claims sort by their time. */
export const newClaim = (now: number): string =>
  `${new Date(now).toISOString()}_${randomBytes(8).toString("hex")}`;

/** When a claim was made, in milliseconds since the epoch. */
export const claimedAt = (claim: string): number => Date.parse(claim.slice(0, claim.indexOf("_")));

/**
 * What sealing needs of the subject-key table. An answer of false says: read again, the row is not
 * as you think.
 */
export interface KeyRows {
  /** The record of a user's key, read strongly. */
  find(user: string): Promise<SubjectKey | undefined>;
  /**
   * Claims the making of a user's key, in the place of an earlier claim or where there is no
   * record; lists it as open.
   */
  claim(user: string, claim: string, insteadOf: string | undefined): Promise<boolean>;
  /** Records the key that was made under a claim, if the claim still stands. */
  record(user: string, claim: string, key: WrappingKey): Promise<boolean>;
  /** Gives a claim up, if it still stands. */
  release(user: string, claim: string): Promise<void>;
  /** Takes a claim off the list of open ones. */
  closeClaim(claim: string): Promise<void>;
}

/** What erasing needs of the subject-key table. */
export interface ErasureRows {
  find(user: string): Promise<SubjectKey | undefined>;
  /**
   * Turns a user's record into a tombstone and lists the erasure as open; false when another writer
   * was at it.
   */
  bury(user: string, erasedAt: string): Promise<boolean>;
  /** Removes some of a user's wrapped data keys; answers how many. */
  removeDataKeys(user: string): Promise<number>;
  /**
   * Notes when the KMS key is destroyed, then takes the erasure off the list; answers the time that
   * was noted first.
   */
  finish(user: string, destroyedAt: string): Promise<string>;
}

/** A claim that was not closed, and whose key was to be made under it. */
export interface OpenClaim {
  readonly claim: string;
  readonly user: string;
}

/** What finishing interrupted work needs of the subject-key table. */
export interface OpenWork {
  /** Claims made before a time (ISO 8601) that are still open, oldest first. */
  openClaims(before: string, limit: number): Promise<readonly OpenClaim[]>;
  /** Users whose erasure is not finished. */
  openErasures(limit: number): Promise<readonly string[]>;
}

/** The refusal of new personal data for a user who was erased. */
export const goneRefusal = (user: string): Refusal =>
  new Refusal("gone", `User ${user} was erased; no new personal data is taken.`);
