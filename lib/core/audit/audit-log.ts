import { Refusal } from "../errors.ts";
import { inParallel } from "../in-parallel.ts";
import type { Commit } from "../log/commit.ts";
import { load } from "../log/load.ts";
import { type Damaged, isDamaged, type WalkCursor, type WalkOptions } from "../log/segments.ts";
import type { AuditPorts, Served } from "./audit.ts";
import {
  type AuditedStream,
  auditCommit,
  auditStart,
  type Problem,
  unreadable,
} from "./audit-stream.ts";
import { auditViews } from "./audit-views.ts";

/** Streams whose views are looked at at the same time. */
export const auditedAtOnce = 16;

/** A stream that a page of the log may have ended in the middle of; without `audited` it is broken. */
export interface OpenStream {
  readonly stream: string;
  readonly audited: AuditedStream | undefined;
}

/** What one page has come to. */
export interface AuditedPage {
  readonly problems: readonly Problem[];
  readonly streams: number;
  readonly events: number;
  readonly next: WalkCursor | undefined;
  readonly open: OpenStream | undefined;
}

/**
 * The stream that a walk stopped in, as far as it had come, read again: what a worker knew of it that was interrupted.
 * One that cannot be read is broken, and was reported by that worker.
 */
const reopened = async (
  { store, domainOf }: AuditPorts,
  after: WalkCursor | undefined,
): Promise<OpenStream | undefined> => {
  if (!after) return undefined;
  const stream = String(after.stream);
  const upTo = Number(after.version);
  const domain = domainOf(stream);
  if (!domain) return { stream, audited: undefined };
  try {
    const loaded = await load(domain, store, stream, { consistent: true, upTo });
    return { stream, audited: { loaded, chain: { ...loaded, commits: 0 } } };
  } catch (error) {
    if (error instanceof Refusal) throw error;
    return { stream, audited: undefined };
  }
};

const begun = ({ domainOf }: AuditPorts, stream: string): OpenStream | Problem => {
  const domain = domainOf(stream);
  if (!domain) return unreadable(stream, 1, "no domain here has this category");
  return { stream, audited: auditStart(domain, stream) };
};

/** Follows a stream by one item of the log; a problem ends the following of its stream. */
const follow = (
  { domainOf }: AuditPorts,
  audited: AuditedStream,
  item: Commit | Damaged,
): AuditedStream | Problem => {
  const { stream, version } = item;
  if (isDamaged(item)) return unreadable(stream, version, item.damage);
  const domain = domainOf(stream);
  if (!domain) return unreadable(stream, version, "no domain here has this category");
  try {
    return auditCommit(domain, audited, item);
  } catch (error) {
    return unreadable(stream, version, error);
  }
};

/** Follows the streams of a page: what is wrong with them, those that ended, and the one that may go on. */
const followPage = (
  ports: AuditPorts,
  items: readonly (Commit | Damaged)[],
  openBefore: OpenStream | undefined,
) => {
  const problems: Problem[] = [];
  const ended: AuditedStream[] = [];
  let open = openBefore;
  const isFine = <T extends object>(step: T | Problem): step is T => {
    if (!("kind" in step)) return true;
    problems.push(step);
    return false;
  };
  for (const item of items) {
    const { stream } = item;
    if (open?.stream !== stream) {
      if (open?.audited) ended.push(open.audited);
      const start = begun(ports, stream);
      open = isFine(start) ? start : { stream, audited: undefined };
    }
    if (!open.audited) continue;
    const step = follow(ports, open.audited, item);
    open = { stream, audited: isFine(step) ? step : undefined };
  }
  return { problems, ended, open };
};

/**
 * Audits one page of the log: chains, snapshots, and the views of every stream that ends in it. `openBefore` is the
 * stream that the page before ended in; a worker that knows of none reads it again.
 */
export const auditLogPage = async (
  ports: AuditPorts,
  served: Served,
  walk: WalkOptions,
  openBefore: OpenStream | undefined,
): Promise<AuditedPage> => {
  const { items, next } = await ports.log.commits(walk);
  const before = openBefore ?? (await reopened(ports, walk.after));
  const { problems, ended, open } = followPage(ports, items, before);
  if (!next && open?.audited) ended.push(open.audited);
  await inParallel(ended, auditedAtOnce, async ({ loaded }) => {
    problems.push(...(await auditViews(ports, served, loaded)));
  });
  return {
    problems,
    streams: items.filter(({ version }) => version === 1).length,
    events: items.reduce((sum, item) => sum + (isDamaged(item) ? 0 : item.events.length), 0),
    next,
    open: next ? open : undefined,
  };
};
