import type { AuditPorts, Served, ServedCheckpoints, ServedDocuments } from "./audit.ts";
import {
  type AuditedStream,
  auditCommit,
  auditRow,
  auditStart,
  type Problem,
} from "./audit-stream.ts";
import type { Commit } from "./commit.ts";
import type { Domain } from "./domain.ts";
import { load } from "./load.ts";
import type { Loaded } from "./loaded.ts";
import type { WalkCursor, WalkOptions } from "./segments.ts";

/** How old a commit may be before a view that lacks it is reported. */
export const lagAllowedMs = 60_000;

/** A stream that a page of the log may have ended in the middle of; without `audited` it is broken. */
export interface OpenStream {
  readonly stream: string;
  readonly audited: AuditedStream | undefined;
}

/** What one page of the log has come to. */
export interface AuditedPage {
  readonly problems: readonly Problem[];
  readonly streams: number;
  readonly events: number;
  readonly next: WalkCursor | undefined;
  readonly open: OpenStream | undefined;
}

const checkpointProblem = (
  { view }: ServedCheckpoints,
  { stream, version }: Loaded,
  at: number,
): Problem | undefined => {
  if (at === version) return undefined;
  const kind = at < version ? "checkpoint-behind" : "checkpoint-ahead";
  const detail = `the checkpoint is at ${at}, the log at ${version}`;
  return { stream, version: Math.min(at, version), kind, detail, view: view.name };
};

/** Compares what serves readers with the head of a stream, as `headNow` gives it once the view has been read. */
const lookAtRow = async (
  { view, rows }: ServedDocuments,
  stream: string,
  headNow: () => Promise<Loaded>,
) => {
  const row = await rows.get(stream, { consistent: true });
  const head = await headNow();
  return { head, problem: auditRow(view, head, row) };
};

const lookAtCheckpoint = async (
  served: ServedCheckpoints,
  stream: string,
  headNow: () => Promise<Loaded>,
) => {
  const at = (await served.checkpoints.checkpoints([stream])).get(stream) ?? 0;
  const head = await headNow();
  return { head, problem: checkpointProblem(served, head, at) };
};

type Look = (
  stream: string,
  headNow: () => Promise<Loaded>,
) => Promise<{ readonly head: Loaded; readonly problem: Problem | undefined }>;

/** Looks twice before it accuses: writers and projectors go on while the auditor walks. */
const confirmed = async (
  { store, now }: AuditPorts,
  { loaded }: AuditedStream,
  domain: Domain,
  look: Look,
): Promise<Problem | undefined> => {
  const { stream } = loaded;
  const first = await look(stream, async () => loaded);
  if (!first.problem) return undefined;
  const { head, problem } = await look(stream, () =>
    load(domain, store, stream, { consistent: true }),
  );
  const isYoung = now() - Date.parse(head.time) < lagAllowedMs;
  return problem?.kind.endsWith("-behind") && isYoung ? undefined : problem;
};

/** What is wrong with the views of a stream whose end was reached; what lags is sent to the catch-up. */
const auditViews = async (
  ports: AuditPorts,
  { documents, others }: Served,
  audited: AuditedStream,
): Promise<readonly Problem[]> => {
  const { stream } = audited.loaded;
  const domain = ports.domainOf(stream);
  if (!domain) return [];
  const looks = [
    ...documents.map((each) => ({ ...each, look: lookAtRow.bind(undefined, each) })),
    ...others.map((each) => ({ ...each, look: lookAtCheckpoint.bind(undefined, each) })),
  ].filter(({ view }) => view.domain.category === domain.category);
  const problems: Problem[] = [];
  for (const { view, generation, look } of looks) {
    const problem = await confirmed(ports, audited, domain, look);
    if (!problem) continue;
    problems.push(problem);
    if (problem.kind.endsWith("-behind"))
      await ports.queue.send([{ kind: "catch-up", view: view.name, generation, stream }]);
  }
  return problems;
};

const unreadable = (stream: string, version: number, error: unknown): Problem => ({
  stream,
  version,
  kind: "unreadable",
  detail: error instanceof Error ? error.message : String(error),
});

/** Where following a stream begins: at its start, or where the page before ended in the middle of it. */
const resume = async (
  { store }: AuditPorts,
  domain: Domain,
  { stream, version }: Commit,
  isContinued: boolean,
): Promise<AuditedStream> => {
  if (!isContinued) return auditStart(domain, stream);
  const loaded = await load(domain, store, stream, { consistent: true, upTo: version - 1 });
  return { loaded, chain: { ...loaded, commits: 0 } };
};

/** Follows one commit; a problem ends the following of its stream. */
const follow = async (
  ports: AuditPorts,
  commit: Commit,
  open: OpenStream | undefined,
  isContinued: boolean,
): Promise<AuditedStream | Problem> => {
  const { stream, version } = commit;
  const domain = ports.domainOf(stream);
  if (!domain) return unreadable(stream, version, "no domain here has this category");
  try {
    const audited = open?.audited ?? (await resume(ports, domain, commit, isContinued));
    return auditCommit(domain, audited, commit);
  } catch (error) {
    return unreadable(stream, version, error);
  }
};

/** A stream that the page before ended with, and that nothing is known of but its name: read again from the log. */
const reopened = async (ports: AuditPorts, stream: string): Promise<OpenStream> => {
  const domain = ports.domainOf(stream);
  if (!domain) return { stream, audited: undefined };
  const loaded = await load(domain, ports.store, stream, { consistent: true });
  return { stream, audited: { loaded, chain: { ...loaded, commits: 0 } } };
};

/** Audits one page of the log: chains, snapshots, and the views of every stream that ends in it. */
export const auditLogPage = async (
  ports: AuditPorts,
  served: Served,
  walk: WalkOptions,
  openBefore: OpenStream | undefined,
): Promise<AuditedPage> => {
  const { items, next } = await ports.log.commits(walk);
  const before = walk.after?.stream;
  const problems: Problem[] = [];
  let streams = 0;
  let open = openBefore;
  const finish = async (): Promise<void> => {
    if (open?.audited) problems.push(...(await auditViews(ports, served, open.audited)));
  };
  if (!open && typeof before === "string" && items[0]?.stream !== before)
    open = await reopened(ports, before);
  for (const commit of items) {
    const isSame = open?.stream === commit.stream;
    if (!isSame) await finish();
    if (isSame && !open?.audited) continue;
    const followed = await follow(
      ports,
      commit,
      isSame ? open : undefined,
      before === commit.stream,
    );
    const isProblem = "kind" in followed;
    if (isProblem) problems.push(followed);
    if (commit.version === 1) streams += 1;
    open = { stream: commit.stream, audited: isProblem ? undefined : followed };
  }
  if (!next) await finish();
  const events = items.reduce((sum, commit) => sum + commit.events.length, 0);
  return { problems, streams, events, next, open: next ? open : undefined };
};
