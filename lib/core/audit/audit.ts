import type { Domain } from "../domain/domain.ts";
import type { EventReader } from "../log/event-store.ts";
import {
  type Damaged,
  type LogWalker,
  type Saved,
  type SaveOptions,
  type SegmentProgress,
  segmentsDefault,
  untouched,
  type WalkOptions,
  type WalkPage,
} from "../log/segments.ts";
import type { Clock } from "../retry.ts";
import type { WorkQueue } from "../upkeep/work-queue.ts";
import type { DocumentRow, DocumentRows, DocumentView } from "../view/document-view.ts";
import type { Checkpoints, LedgerView } from "../view/ledger-view.ts";
import type { TallyView } from "../view/tally-view.ts";
import { auditLogPage, type OpenStream } from "./audit-log.ts";
import { auditRowsPage } from "./audit-rows.ts";
import type { Problem } from "./audit-stream.ts";

/** Problems that are kept of one segment; more are counted only. */
export const problemsKept = 100;

/** How far the audit of one segment has come, and what it has found. */
export interface AuditProgress extends SegmentProgress {
  readonly problems: readonly Problem[];
  readonly problemsFound: number;
}

/** An audit as it is recorded. */
export interface AuditRecord {
  readonly run: string;
  /** Segments of the log; as many of the rows follow them. */
  readonly segments: number;
  readonly startedAt: string;
}

/** What is recorded of audits: the latest run, segment by segment. */
export interface Audits {
  /** Begins a run; it takes the place of the one before. */
  begin(record: AuditRecord): Promise<void>;
  find(): Promise<AuditRecord | undefined>;
  /** What was saved of a run, read strongly. */
  progress(run: string): Promise<readonly Saved<AuditProgress>[]>;
  /**
   * Saves progress unless another worker has moved the segment on from where this one stood; false then, and the segment
   * is theirs.
   */
  save(run: string, progress: AuditProgress, options: SaveOptions): Promise<boolean>;
}

/** A document view as readers are served by it now. */
export interface ServedDocuments {
  readonly view: DocumentView;
  readonly generation: number;
  readonly rows: Pick<DocumentRows, "get">;
  walk(options: WalkOptions): Promise<WalkPage<DocumentRow | Damaged>>;
}

/** Another view as readers are served by it now. */
export interface ServedCheckpoints {
  readonly view: LedgerView | TallyView;
  readonly generation: number;
  readonly checkpoints: Checkpoints;
}

/** What readers are served by, as the auditor compares it with the log. */
export interface Served {
  readonly documents: readonly ServedDocuments[];
  readonly others: readonly ServedCheckpoints[];
}

/** What auditing needs of the world. */
export interface AuditPorts extends Clock {
  readonly store: EventReader;
  readonly log: LogWalker;
  readonly audits: Audits;
  readonly queue: WorkQueue;
  domainOf(stream: string): Domain | undefined;
  served(): Promise<Served>;
}

/** Number of segments of an audit: those of the log, and as many of the rows. */
export const segmentsIn = ({ segments }: AuditRecord): number => 2 * segments;

/** An audit that has begun. */
export interface BegunAudit {
  readonly run: string;
  /** Segments of the log and of the rows together. */
  readonly segments: number;
  readonly startedAt: string;
}

/** Begins an audit: segments of the log, then as many of the rows, which find what is gone from the log. */
export const startAudit = async (
  ports: AuditPorts,
  run: string,
  segments = segmentsDefault,
): Promise<BegunAudit> => {
  const record = { run, segments, startedAt: new Date(ports.now()).toISOString() };
  await ports.audits.begin(record);
  const length = segmentsIn(record);
  await ports.queue.send(
    Array.from({ length }, (_, segment) => ({ kind: "audit-segment" as const, run, segment })),
  );
  return { ...record, segments: length };
};

const grown = (
  progress: AuditProgress,
  found: readonly Problem[],
  page: { readonly streams: number; readonly events: number },
  next: AuditProgress["after"],
): AuditProgress => {
  return {
    segment: progress.segment,
    done: next === undefined,
    ...(next ? { after: next } : {}),
    streams: progress.streams + page.streams,
    events: progress.events + page.events,
    problems: [...progress.problems, ...found].slice(0, problemsKept),
    problemsFound: progress.problemsFound + found.length,
  };
};

/** The stream that a walk stopped in, when it was found broken before: following it further tells nothing more. */
const brokenBefore = ({ after, problems }: AuditProgress): OpenStream | undefined =>
  problems
    .filter(({ stream, view }) => stream === after?.stream && view === undefined)
    .map(({ stream }) => ({ stream, audited: undefined }))[0];

/** Works through one segment page by page; `open` is the stream that the page before ended in. */
const auditPage = async (
  ports: AuditPorts,
  record: AuditRecord,
  progress: AuditProgress,
  open: OpenStream | undefined,
): Promise<{ readonly progress: AuditProgress; readonly open: OpenStream | undefined }> => {
  const { segments } = record;
  const { after } = progress;
  const segment = progress.segment % segments;
  const walk = { segment, segments, ...(after ? { after } : {}) };
  const served = await ports.served();
  if (progress.segment >= segments) {
    const page = await auditRowsPage(ports, served, walk);
    return { progress: grown(progress, page.problems, page, page.next), open: undefined };
  }
  const page = await auditLogPage(ports, served, walk, open ?? brokenBefore(progress));
  return { progress: grown(progress, page.problems, page, page.next), open: page.open };
};

/**
 * Works on one segment of an audit until it is done or the deadline (milliseconds since the epoch) has passed; then the
 * rest is queued. Segments of a run that was replaced by a later one are left alone.
 */
export const auditSegment = async (
  ports: AuditPorts,
  { run, segment }: { readonly run: string; readonly segment: number },
  deadline: number,
): Promise<void> => {
  const record = await ports.audits.find();
  if (record?.run !== run) return;
  const saved = (await ports.audits.progress(run)).find((each) => each.segment === segment);
  let progress: AuditProgress = saved ?? {
    ...untouched(segment),
    problems: [],
    problemsFound: 0,
  };
  let open: OpenStream | undefined;
  while (!progress.done) {
    const { after: from } = progress;
    ({ progress, open } = await auditPage(ports, record, progress, open));
    const at = new Date(ports.now()).toISOString();
    if (!(await ports.audits.save(run, progress, { at, from }))) return;
    if (!progress.done && ports.now() >= deadline)
      return ports.queue.send([{ kind: "audit-segment", run, segment }]);
  }
};
