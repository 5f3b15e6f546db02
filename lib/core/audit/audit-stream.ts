import type { Domain } from "../domain/domain.ts";
import { canonicalJson } from "../log/canonical-json.ts";
import { type Commit, lastVersion, sameBytes } from "../log/commit.ts";
import { type BrokenChain, type ChainPosition, chainStart, verifyLink } from "../log/integrity.ts";
import { advance, emptyStream, type Loaded } from "../log/loaded.ts";
import { toStored } from "../log/stored-value.ts";
import { type DocumentRow, type DocumentView, rowOf } from "../view/document-view.ts";

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
  canonicalJson(left) === canonicalJson(right);

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

/** Longest text about what is wrong; the rest is cut off. */
export const detailMax = 300;

/** A problem with what cannot be read. */
export const unreadable = (
  stream: string,
  version: number,
  error: unknown,
  view?: string,
): Problem => ({
  stream,
  version,
  kind: "unreadable",
  detail: (error instanceof Error ? error.message : String(error)).slice(0, detailMax),
  ...(view === undefined ? {} : { view }),
});

/**
 * Compares the row of a stream with the fold of its events up to `head`. Whether the log leads to the row at all is asked
 * from the row's side, where streams that are gone are found too: one that is ahead, or was made of another commit, is
 * no problem here.
 */
export const auditRow = (
  view: DocumentView,
  head: Loaded,
  row: DocumentRow | undefined,
): Problem | undefined => {
  const { stream, version } = head;
  const at = row?.version ?? 0;
  const about = { stream, version: at, view: view.name };
  if (at < version) {
    const detail = `the row is at ${at}, the log at ${version}`;
    return { ...about, kind: "row-behind", detail };
  }
  if (!row || at > version || !sameBytes(row.hash, head.hash)) return undefined;
  const { domain } = view;
  const folded = rowOf(view, head);
  const shown = toStored(domain.state.read(row.state.schema, row.state.state));
  if (
    sameStored(shown, folded.state.state) &&
    sameStored(row.entries, folded.entries) &&
    row.time === head.time
  )
    return undefined;
  const detail = "the row differs from the fold of the events";
  return { ...about, kind: "row-differs", detail };
};
