import { createHash } from "node:crypto";
import { canonicalJson } from "./canonical-json.ts";
import { type Commit, lastVersion, sameBytes, type UnhashedCommit } from "./commit.ts";

/** What a stream's first commit is chained to. */
export const genesisHash: Uint8Array = new Uint8Array(0);

/**
 * The commit's place in the chain: SHA-256 over the previous commit's hash and the stored attributes as they are
 * (canonical JSON of RFC 8785, binary as `{ "": base64 }`), before any upcast.
 */
export const commitHash = (previous: Uint8Array, commit: UnhashedCommit): Uint8Array => {
  const { hash: _, ...attributes }: UnhashedCommit & { hash?: Uint8Array } = commit;
  const json = canonicalJson(attributes);
  return new Uint8Array(createHash("sha256").update(previous).update(json).digest());
};

/** How far a chain has been verified; carried from page to page of a long stream. */
export interface ChainPosition {
  readonly version: number;
  readonly hash: Uint8Array;
  readonly commits: number;
  /** Time of the last commit, "" before the first. */
  readonly time: string;
}

/** Where every verification starts. */
export const chainStart: ChainPosition = { version: 0, hash: genesisHash, commits: 0, time: "" };

/** What is wrong with a chain, and at which version. */
export interface BrokenChain {
  readonly brokenAt: number;
  readonly reason: string;
}

/** Verifies that `commit` follows `position`: dense versions, times that never go back, an unbroken hash. */
export const verifyLink = (
  position: ChainPosition,
  commit: Commit,
): ChainPosition | BrokenChain => {
  const expected = position.version + 1;
  const broken = (reason: string): BrokenChain => ({ brokenAt: expected, reason });
  if (commit.version !== expected)
    return broken(`the next commit has version ${commit.version}, expected ${expected}`);
  if (commit.events.length === 0) return broken("the commit holds no events");
  if (commit.time < position.time) return broken("the commit's time is before the previous one's");
  if (!sameBytes(commit.hash, commitHash(position.hash, commit)))
    return broken("the commit's hash does not follow from its content and the previous hash");
  return {
    version: lastVersion(commit),
    hash: commit.hash,
    commits: position.commits + 1,
    time: commit.time,
  };
};
