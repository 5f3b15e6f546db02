import { type AuditPorts, type AuditProgress, problemsKept, segmentsIn } from "./audit.ts";
import type { Problem } from "./audit-stream.ts";

/** What an audit has come to. */
export interface AuditReport {
  readonly status: "never" | "running" | "done";
  /** Known once the audit is done. */
  readonly ok?: boolean;
  /** Of the log and of the rows together; an audit is done when all of them are. */
  readonly segments: number;
  readonly segmentsDone: number;
  readonly streams: number;
  readonly events: number;
  readonly problems: readonly Problem[];
  readonly problemsFound: number;
  readonly startedAt?: string;
  readonly finishedAt?: string;
}

const neverAudited: AuditReport = {
  status: "never",
  segments: 0,
  segmentsDone: 0,
  streams: 0,
  events: 0,
  problems: [],
  problemsFound: 0,
};

/** The report of the latest audit. */
export const auditReport = async ({ audits }: Pick<AuditPorts, "audits">): Promise<AuditReport> => {
  const record = await audits.find();
  if (!record) return neverAudited;
  const progress = await audits.progress(record.run);
  const total = (value: (each: AuditProgress) => number): number =>
    progress.reduce((sum, each) => sum + value(each), 0);
  const problemsFound = total((each) => each.problemsFound);
  const segments = segmentsIn(record);
  const segmentsDone = progress.filter(({ done }) => done).length;
  const isDone = segmentsDone === segments;
  const finishedAt = progress
    .map(({ savedAt }) => savedAt)
    .sort()
    .at(-1);
  return {
    status: isDone ? "done" : "running",
    ...(isDone ? { ok: problemsFound === 0 } : {}),
    segments,
    segmentsDone,
    streams: total(({ streams }) => streams),
    events: total(({ events }) => events),
    problems: progress.flatMap(({ problems }) => problems).slice(0, problemsKept),
    problemsFound,
    startedAt: record.startedAt,
    ...(isDone && finishedAt !== undefined ? { finishedAt } : {}),
  };
};
