import { createHash, createHmac } from "node:crypto";
import { Refusal } from "../errors.ts";
import { canonicalJson } from "../log/canonical-json.ts";
import type { CommandAnswer } from "./command-request.ts";

/** Hours for which a repeat with the same key gets the first answer. */
export const idempotencyHours = 24;

/** The first answer to a request with an idempotency key. */
export interface IdempotencyRecord {
  /** Hash of caller and key; the key itself is not stored. */
  readonly key: string;
  /** Keyed hash of the request, base64url. */
  readonly fingerprint: string;
  readonly answer: CommandAnswer;
  /** Epoch seconds after which the record is forgotten. */
  readonly expires: number;
}

/** Where records live that are not part of a commit's transaction. */
export interface IdempotencyRecords {
  /** The record under a key, read strongly; undefined when there is none or it has expired. */
  find(key: string): Promise<IdempotencyRecord | undefined>;
  /** Keeps a record if there is none yet; answers the one that stands. */
  keep(record: IdempotencyRecord): Promise<IdempotencyRecord>;
}

/** What identifies a request that may be repeated. */
export type IdempotentRequest = Pick<IdempotencyRecord, "key" | "fingerprint">;

/**
 * Identifies a request by caller and key. The fingerprint is an HMAC under the client's own key, which is not stored:
 * who reads the table cannot try out personal values against it.
 */
export const identifyRequest = (
  caller: string,
  idempotencyKey: string,
  parts: readonly unknown[],
): IdempotentRequest => ({
  key: createHash("sha256")
    .update(JSON.stringify([caller, idempotencyKey]))
    .digest("base64url"),
  fingerprint: createHmac("sha256", idempotencyKey)
    .update(canonicalJson(parts))
    .digest("base64url"),
});

/** The first answer, when the request is the same; refuses another request under the same key. */
export const replay = (record: IdempotencyRecord, request: IdempotentRequest): CommandAnswer => {
  if (record.fingerprint === request.fingerprint) return record.answer;
  throw new Refusal("rejected", "This Idempotency-Key was used for another request.", {
    code: "idempotency-key-reused",
  });
};
