import canonicalize from "canonicalize";
import { type Commit, lastVersion, sameBytes } from "./commit.ts";
import { type DocumentRow, type DocumentView, rowOf } from "./document-view.ts";
import type { Domain } from "./domain.ts";
import {
  type BrokenChain,
  base64Binary,
  type ChainPosition,
  chainStart,
  verifyLink,
} from "./integrity.ts";
import { advance, emptyStream, type Loaded } from "./loaded.ts";
import { toStored } from "./stored-value.ts";

/** What the auditor found wrong, and where. */
export interface Problem {
  readonly stream: string;
  /** Version from which on it is wrong. */
  readonly version: number;
  readonly kind:
    | "gap"
    | "broken-chain"
    | "snapshot-differs"
    | "row-behind"
    | "row-ahead"
    | "row-differs"
    | "checkpoint-behind"
    | "checkpoint-ahead"
    | "unreadable";
  readonly detail: string;
  /** The view that it is about, where it is about one. */
  readonly view?: string;
}

/** A stream as far as an audit has followed it. */
export interface AuditedStream {
  readonly chain: ChainPosition;
  readonly loaded: Loaded;
}

/** A stream before its first commit. */
export const auditStart = (domain: Domain, stream: string): AuditedStream => ({
  chain: chainStart,
  loaded: emptyStream(domain, stream),
});

/** True when two values are the same as stored. */
export const sameStored = (left: unknown, right: unknown): boolean =>
  canonicalize(base64Binary(left)) === canonicalize(base64Binary(right));

const brokenLink = (commit: Commit, { brokenAt, reason }: BrokenChain): Problem => ({
  stream: commit.stream,
  version: brokenAt,
  kind: commit.version === brokenAt ? "broken-chain" : "gap",
  detail: reason,
});

/** Follows a stream by one commit: its place in the chain, and that its snapshot equals the fold. */
export const auditCommit = (
  domain: Domain,
  audited: AuditedStream,
  commit: Commit,
): AuditedStream | Problem => {
  const chain = verifyLink(audited.chain, commit);
  if ("brokenAt" in chain) return brokenLink(commit, chain);
  const loaded = advance(domain, audited.loaded, commit);
  const { snapshot, stream } = commit;
  if (snapshot) {
    const claimed = toStored(domain.state.read(snapshot.schema, snapshot.state));
    if (!sameStored(claimed, toStored(loaded.state)))
      return {
        stream,
        version: lastVersion(commit),
        kind: "snapshot-differs",
        detail: "the snapshot differs from the fold of the events",
      };
  }
  return { chain, loaded };
};

/** Compares a row with the head of its stream, which has had time to reach it. */
export const auditRow = (
  view: DocumentView,
  head: Loaded,
  row: DocumentRow | undefined,
): Problem | undefined => {
  const { stream, version } = head;
  const at = row?.version ?? 0;
  const problem = (kind: Problem["kind"], detail: string): Problem => ({
    stream,
    version: Math.min(at, version),
    kind,
    detail,
    view: view.name,
  });
  if (at > version) return problem("row-ahead", `the row is at ${at}, the log ends at ${version}`);
  if (at < version || !row)
    return problem("row-behind", `the row is at ${at}, the log at ${version}`);
  const folded = rowOf(view, head);
  if (!sameBytes(row.hash, head.hash))
    return problem("row-differs", "the row was made of another commit than the log holds");
  const { domain } = view;
  const shown = toStored(domain.state.read(row.state.schema, row.state.state));
  if (!sameStored(shown, folded.state.state) || !sameStored(row.entries, folded.entries))
    return problem("row-differs", "the row differs from the fold of the events");
  return undefined;
};
