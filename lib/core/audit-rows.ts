import type { AuditPorts, Served, ServedDocuments } from "./audit.ts";
import type { AuditedPage } from "./audit-log.ts";
import type { Problem } from "./audit-stream.ts";
import { lastVersion, sameBytes } from "./commit.ts";
import type { DocumentRow } from "./document-view.ts";
import type { WalkCursor, WalkOptions } from "./segments.ts";

/** Whether the log still holds the commit that a row was made of: a cut tail or a removed stream shows here only. */
const auditAgainstLog = async (
  { store }: AuditPorts,
  { view }: ServedDocuments,
  row: DocumentRow,
): Promise<Problem | undefined> => {
  const { stream, version, hash } = row;
  const [commit] = await store.tail(stream, { limit: 1, upTo: version, consistent: true });
  const problem = (kind: Problem["kind"], at: number, detail: string): Problem => ({
    stream,
    version: at,
    kind,
    detail,
    view: view.name,
  });
  const last = commit ? lastVersion(commit) : 0;
  if (!commit || last !== version)
    return problem("row-ahead", last, `the row is at ${version}, the log ends at ${last}`);
  if (!sameBytes(commit.hash, hash))
    return problem("row-differs", version, "the row was made of another commit than the log holds");
  return undefined;
};

/** Audits one page of the rows of the document views, one view after the other. */
export const auditRowsPage = async (
  ports: AuditPorts,
  { documents }: Served,
  { after, ...walk }: WalkOptions,
): Promise<AuditedPage> => {
  const name = after?.view ?? documents[0]?.view.name;
  const index = documents.findIndex(({ view }) => view.name === name);
  const current = documents[index];
  const nothing = { problems: [], streams: 0, events: 0, next: undefined, open: undefined };
  if (!current) return nothing;
  const { view: _, ...position } = after ?? {};
  const isStart = Object.keys(position).length === 0;
  const page = await current.walk(isStart ? walk : { ...walk, after: position });
  const problems: Problem[] = [];
  for (const row of page.items) {
    const problem = await auditAgainstLog(ports, current, row);
    if (problem) problems.push(problem);
  }
  const following = documents[index + 1]?.view.name;
  const start: WalkCursor | undefined = following === undefined ? undefined : { view: following };
  const next = page.next ? { ...page.next, view: current.view.name } : start;
  return { ...nothing, problems, next };
};
