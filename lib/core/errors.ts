/** Why a request was not carried out; the mapping to HTTP status codes exists once, where answers are made. */
export type RefusalKind =
  | "bad-input"
  | "forbidden"
  | "not-found"
  | "conflict"
  | "gone"
  | "precondition-failed"
  | "too-large"
  | "unsupported-media"
  | "rejected"
  | "unavailable";

/** One field that did not fit. */
export interface FieldError {
  readonly field: string;
  readonly reason: string;
}

/** Facts that go with a refusal. */
export interface RefusalFacts {
  readonly errors?: readonly FieldError[];
  /** A rejection's code, stable for clients. */
  readonly code?: string;
  /** Seconds after which a repeat has a chance. */
  readonly retryAfter?: number;
}

/** A request that is not carried out for a reason its sender can understand. Anything else that is thrown is a fault. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly kind: RefusalKind;
  readonly facts: RefusalFacts;

  constructor(kind: RefusalKind, message: string, facts: RefusalFacts = {}) {
    super(message);
    this.kind = kind;
    this.facts = facts;
  }
}

/** Bad input in one named field. */
export const badInput = (field: string, reason: string): Refusal =>
  new Refusal("bad-input", `${field} ${reason}.`, { errors: [{ field, reason }] });
