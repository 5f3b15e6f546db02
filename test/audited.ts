import { startAudit } from "../lib/core/audit/audit.ts";
import { type AuditReport, auditReport } from "../lib/core/audit/audit-report.ts";
import type { Problem } from "../lib/core/audit/audit-stream.ts";
import type { Commit, UnhashedCommit } from "../lib/core/log/commit.ts";
import { commitHash, genesisHash } from "../lib/core/log/integrity.ts";
import { project } from "../lib/core/view/project.ts";
import { filled, type ReadSide, type ReadSidePorts } from "./read-side.ts";

/** How an audit is run. */
export interface AuditOptions {
  readonly segments?: number;
  /** Time after which a worker stops, 0 for one page at a time: each page is a worker of its own then. */
  readonly workMs?: number;
  readonly ports?: ReadSidePorts;
}

/** A whole audit, with everything that it queued; what it has come to. */
export const audited = async (
  side: ReadSide,
  { segments = 2, workMs = 60_000, ports = side.start() }: AuditOptions = {},
): Promise<AuditReport> => {
  await startAudit(ports, "run", segments);
  await side.drain(ports, workMs);
  return auditReport(ports);
};

/** Problems in short, in an order of their own. */
export const short = (problems: readonly Problem[]): readonly string[] =>
  problems
    .map(
      ({ stream, version, kind, view }) => `${stream}@${version} ${kind}${view ? ` ${view}` : ""}`,
    )
    .sort();

/** Jars that every view has taken in, long ago. */
export const settled = async (count = 8, pageSize = 3): Promise<ReadSide> => {
  const side = filled(count, { pageSize });
  await project(side.start(), side.log());
  return side;
};

/** The same commits with hashes of their own again, as whoever rewrites a stream would leave them. */
export const rehashed = (commits: readonly Commit[]): readonly Commit[] => {
  let previous = genesisHash;
  return commits.map((commit) => {
    const { hash: _, ...content }: UnhashedCommit & { hash?: Uint8Array } = commit;
    previous = commitHash(previous, content);
    return { ...content, hash: previous };
  });
};

/** Commits of which one is another one, at its place. */
export const replaced = (
  commits: readonly Commit[],
  place: number,
  change: (commit: Commit) => Commit,
): readonly Commit[] => commits.map((commit, at) => (at === place ? change(commit) : commit));

/** A commit in which the last event says something else. */
export const edited = (commit: Commit): Commit => {
  const [last] = commit.events.slice(-1);
  if (!last) return commit;
  const event = { ...last, type: "CoinsPut", data: { coins: 1_000 } };
  return { ...commit, events: [...commit.events.slice(0, -1), event] };
};
