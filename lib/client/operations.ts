import type { AuditReport } from "../core/audit/audit-report.ts";
import type { Erasure } from "../core/personal/erase.ts";
import type { ExportPage } from "../core/personal/export-person.ts";
import type { ViewReport } from "../core/view/view-reports.ts";
import { ask, type Line, pathWith } from "./line.ts";
import type { Page, PageRequest } from "./shapes.ts";
import { type Request, send } from "./transport.ts";

/** What concerns a person as a whole; for that person, and admins. */
export interface People {
  /** One page of everything that concerns a person. */
  export(sub: string, page?: Pick<PageRequest, "cursor">): Promise<ExportPage>;
  /** Forgets a person for good; safe to repeat. */
  erase(sub: string): Promise<Erasure>;
}

/** What operators do; for admins. */
export interface Operations {
  views(): Promise<Page<ViewReport>>;
  /** Begins to build a view again; a `Problem` of status 409 while that is under way. */
  rebuild(view: string): Promise<{ readonly generation: number }>;
  startAudit(): Promise<{ readonly run: string }>;
  audit(): Promise<AuditReport>;
}

/** Does what a route says; the server's answer is taken to be as the route says, too. */
const act = async <T>({ wire }: Line, request: Omit<Request, "headers">): Promise<T> =>
  (await send(wire, request)).body as T;

const personPath = (sub: string): string => `/people/${encodeURIComponent(sub)}`;

/** Export and erasure. */
export const peopleOf = (line: Line): People => ({
  export: (sub, page) => ask(line, pathWith(`${personPath(sub)}/export`, { ...page })),
  erase: (sub) => act(line, { method: "DELETE", path: personPath(sub), repeatable: true }),
});

/** Views, rebuilds and audits. */
export const operationsOf = (line: Line): Operations => {
  const begin = <T>(path: string): Promise<T> =>
    act(line, { method: "POST", path, body: {}, repeatable: false });
  return {
    views: () => ask(line, "/admin/views"),
    rebuild: (view) => begin(`/admin/views/${encodeURIComponent(view)}/rebuild`),
    startAudit: () => begin("/admin/audit"),
    audit: () => ask(line, "/admin/audit"),
  };
};
