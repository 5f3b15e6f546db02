/**
 * Tags of a user's KMS key: whose stage, what for, and which claim it was made under; nothing
 * personal.
 */
export const keyTags = {
  stage: "everfold:stage",
  purpose: "everfold:purpose",
  claim: "everfold:claim",
} as const;

/** What the purpose tag of a user's KMS key says. */
export const keyPurpose = "subject-key";

/**
 * Entry of the encryption context that holds the user: a wrapped data key unwraps for nobody else.
 */
export const userContext = "user";

/**
 * Why the key service did not do what it was asked. `throttled`: it did nothing, and may do it
 * later; `unclear`: no answer came, and it may have been done; `exhausted`: there are as many KMS
 * keys as the account may have; `absent`, `denied`: final for an old key, and what the service says
 * of a new one that it does not know everywhere yet; `disabled`; `doomed`: its deletion is
 * scheduled; `not-ready`: in another state that does not last.
 */
export type KeyTrouble =
  | "throttled"
  | "unclear"
  | "exhausted"
  | "absent"
  | "denied"
  | "disabled"
  | "doomed"
  | "not-ready";

/**
 * The key service's refusal, with the name and the text that it gave. What the client threw is not
 * kept, for it carries the whole request: credentials do not belong in a log.
 */
export class KeyServiceError extends Error {
  override readonly name = "KeyServiceError";
  readonly trouble: KeyTrouble;

  constructor(trouble: KeyTrouble, said: string) {
    super(`The key service refused (${trouble}): ${said}`);
    this.trouble = trouble;
  }
}

/** True when the key service refused for one of these reasons. */
export const isTrouble = (error: unknown, ...troubles: readonly KeyTrouble[]): boolean =>
  error instanceof KeyServiceError && troubles.includes(error.trouble);

/** A KMS key that data keys are wrapped by: the user's own, or the one that all share. */
export interface WrappingKey {
  readonly keyId: string;
  readonly own: boolean;
}

/** A new data key, in clear and wrapped. */
export interface GeneratedKey {
  readonly plaintext: Uint8Array;
  readonly wrapped: Uint8Array;
}

/**
 * What sealing needs of the key service; it cannot open anything. All ports throw
 * `KeyServiceError`.
 */
export interface KeyMaker {
  /** Makes a KMS key, tagged with the claim. Not repeatable: two calls make two keys. */
  create(claim: string): Promise<WrappingKey>;
  /** Generates a data key that unwraps for this user only. */
  generate(keyId: string, user: string): Promise<GeneratedKey>;
}

/** What opening needs of the key service. */
export interface KeyUnwrapper {
  /** A data key in clear. */
  unwrap(keyId: string, user: string, wrapped: Uint8Array): Promise<Uint8Array>;
}

/** What erasing needs of the key service. */
export interface KeyDestroyer {
  /** Makes a KMS key unusable at once; safe to repeat, and on a key whose deletion is scheduled. */
  disable(keyId: string): Promise<void>;
  /**
   * Schedules the deletion of a KMS key as soon as the service allows; answers when that is, ISO
   * 8601. Safe to repeat.
   */
  destroy(keyId: string): Promise<string>;
}

/** What finding unowned keys needs of the key service. */
export interface KeyCatalogue {
  /** Ids of all KMS keys of the account, ours or not, page by page. */
  keys(): AsyncIterable<readonly string[]>;
  /** The claim that a key of this stage was made under; undefined for any other key. */
  claimOf(keyId: string): Promise<string | undefined>;
}
