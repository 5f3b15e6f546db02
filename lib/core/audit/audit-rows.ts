import { Refusal } from "../errors.ts";
import { inParallel } from "../in-parallel.ts";
import { lastVersion, sameBytes } from "../log/commit.ts";
import { type Damaged, isDamaged, type WalkCursor, type WalkOptions } from "../log/segments.ts";
import type { DocumentRow } from "../view/document-view.ts";
import type { AuditPorts, Served, ServedDocuments } from "./audit.ts";
import { type AuditedPage, auditedAtOnce } from "./audit-log.ts";
import { type Problem, unreadable } from "./audit-stream.ts";

/** Whether the log still holds the commit that a row was made of: a cut tail or a removed stream shows here only. */
const auditAgainstLog = async (
  { store }: AuditPorts,
  { view }: ServedDocuments,
  { stream, version, hash }: DocumentRow,
): Promise<Problem | undefined> => {
  const [commit] = await store.tail(stream, { limit: 1, upTo: version, consistent: true });
  const at = commit ? lastVersion(commit) : 0;
  const about = { stream, view: view.name };
  if (!commit || at < version)
    return {
      ...about,
      version: at,
      kind: "row-ahead",
      detail: `the row is at ${version}, the log at ${at}`,
    };
  if (at === version && sameBytes(commit.hash, hash)) return undefined;
  const detail = "the row was made of another commit than the log holds";
  return { ...about, version, kind: "row-differs", detail };
};

const auditItem = async (
  ports: AuditPorts,
  served: ServedDocuments,
  item: DocumentRow | Damaged,
): Promise<Problem | undefined> => {
  const { stream, version } = item;
  const { name } = served.view;
  if (isDamaged(item)) return unreadable(stream, version, item.damage, name);
  try {
    return await auditAgainstLog(ports, served, item);
  } catch (error) {
    if (error instanceof Refusal) throw error;
    return unreadable(stream, version, error, name);
  }
};

/**
 * Audits one page of the rows of the document views, one view after the other. A view that another build serves in the
 * middle of the walk is walked from the start.
 */
export const auditRowsPage = async (
  ports: AuditPorts,
  { documents }: Served,
  { after, ...walk }: WalkOptions,
): Promise<AuditedPage> => {
  const { view: name = documents[0]?.view.name, generation, ...position } = after ?? {};
  const index = documents.findIndex(({ view }) => view.name === name);
  const current = documents[index];
  const page = { problems: [] as Problem[], streams: 0, events: 0, open: undefined };
  if (!current) return { ...page, next: undefined };
  const isGoingOn = generation === current.generation;
  const { items, next } = await current.walk(isGoingOn ? { ...walk, after: position } : walk);
  await inParallel(items, auditedAtOnce, async (item) => {
    const problem = await auditItem(ports, current, item);
    if (problem) page.problems.push(problem);
  });
  const following = documents[index + 1]?.view.name;
  const start: WalkCursor | undefined = following === undefined ? undefined : { view: following };
  const here = { view: current.view.name, generation: current.generation };
  return { ...page, next: next ? { ...next, ...here } : start };
};
