import { categoryOf } from "../log/stream.ts";
import { type Route, routeKey } from "../system/route.ts";
import type { TableDefinition } from "../system/table.ts";
import { systemTables } from "../system/tables.ts";
import { type DocumentView, documentView } from "../view/document-view.ts";
import { type LedgerView, ledgerView } from "../view/ledger-view.ts";
import { peopleLedger } from "../view/people-ledger.ts";
import { type TallyView, tallyView } from "../view/tally-view.ts";
import type { View } from "../view/view.ts";
import type { ViewQuery } from "../view/view-query.ts";
import { type Domain, keyOf } from "./domain.ts";

/** What a command route runs. */
export interface CommandRoute extends Route {
  readonly domain: Domain;
  /** Last segment of the path: `deposit`. */
  readonly name: string;
}

/** What can be asked of a domain's streams, by route. */
export type StreamQuery = "list" | "document" | "history" | "integrity" | "log" | "comparison";

/** A query route about the streams of a domain. */
export interface StreamRoute extends Route {
  readonly domain: Domain;
  readonly view: DocumentView;
  readonly query: StreamQuery;
  /** Which of the domain's logs or comparisons is asked for; "" for other queries. */
  readonly name: string;
}

/** A query route that asks a view. */
export interface ViewRoute extends Route {
  readonly domain: Domain;
  readonly view: View;
  readonly query: ViewQuery;
}

/** Everything that derives from the domains: what the functions, the stack and the local host read. */
export interface Registry {
  readonly domains: readonly Domain[];
  readonly views: readonly View[];
  readonly tables: readonly TableDefinition[];
  readonly routes: readonly Route[];
  readonly commands: readonly CommandRoute[];
  readonly streamQueries: readonly StreamRoute[];
  readonly viewQueries: readonly ViewRoute[];
  /** The domain that a stream belongs to; undefined for a category that this code does not know. */
  domainOf(stream: string): Domain | undefined;
}

/** Routes that there are whatever the domains. */
const systemRoutes: readonly Route[] = [
  { method: "GET", path: "/health", handler: "query", open: true },
  { method: "GET", path: "/openapi.json", handler: "query", open: true },
  { method: "GET", path: "/people/{sub}/export", handler: "query" },
  { method: "DELETE", path: "/people/{sub}", handler: "people" },
  { method: "GET", path: "/admin/views", handler: "operations" },
  { method: "POST", path: "/admin/views/{name}/rebuild", handler: "operations" },
  { method: "GET", path: "/admin/audit", handler: "operations" },
  { method: "POST", path: "/admin/audit", handler: "operations" },
  { method: "GET", path: "/admin/dead-letters", handler: "operations" },
  { method: "POST", path: "/admin/dead-letters/redrive", handler: "operations" },
];

const commandRoutes = (domain: Domain): CommandRoute[] =>
  Object.keys(domain.routes).map((name) => ({
    method: "POST",
    path: `/${domain.collection}/{${keyOf(domain).parameter}}/${name}`,
    handler: "command",
    domain,
    name,
  }));

const streamRoutes = (view: DocumentView): StreamRoute[] => {
  const { domain } = view;
  if (domain.hidden) return [];
  const list = `/${domain.collection}`;
  const one = `${list}/{${keyOf(domain).parameter}}`;
  const at = (path: string, query: StreamQuery, name = ""): StreamRoute => ({
    method: "GET",
    path,
    handler: "query",
    domain,
    view,
    query,
    name,
  });
  const named = (names: object, query: StreamQuery): StreamRoute[] =>
    Object.keys(names).map((name) => at(`${one}/${name}`, query, name));
  return [
    at(list, "list"),
    at(one, "document"),
    at(`${one}/history`, "history"),
    at(`${one}/integrity`, "integrity"),
    ...named(domain.logs ?? {}, "log"),
    ...named(domain.comparisons ?? {}, "comparison"),
  ];
};

const viewsOf = (domain: Domain): readonly (LedgerView | TallyView)[] =>
  [peopleLedger(domain.collection), ...(domain.views ?? [])].map((declaration) =>
    declaration.kind === "ledger"
      ? ledgerView(domain, declaration)
      : tallyView(domain, declaration),
  );

const viewRoutes = (
  documents: DocumentView,
  others: readonly (LedgerView | TallyView)[],
): ViewRoute[] => {
  const { domain } = documents;
  const at = (name: string, view: View, query: ViewQuery): ViewRoute => ({
    method: "GET",
    path: query.path ?? `/views/${name}`,
    handler: "query",
    domain,
    view,
    query,
  });
  return [
    ...Object.entries(domain.lookups ?? {}).map(([name, query]) => at(name, documents, query)),
    ...others.flatMap((view) => (view.query ? [at(view.name, view, view.query)] : [])),
  ];
};

const refuseTwins = (what: string, names: readonly string[]): void => {
  const twin = names.find((name, index) => names.indexOf(name) !== index);
  if (twin !== undefined) throw new Error(`Two domains declare the ${what} ${twin}.`);
};

/** Derives tables, views and routes from the domains; refuses two with the same category, table or route. */
export const register = (domains: readonly Domain[]): Registry => {
  const perDomain = domains.map((domain) => {
    const documents = documentView(domain);
    const others = viewsOf(domain);
    return { documents, others, routes: viewRoutes(documents, others) };
  });
  const views = perDomain.flatMap(({ documents, others }): View[] => [documents, ...others]);
  const commands = domains.flatMap(commandRoutes);
  const streamQueries = perDomain.flatMap(({ documents }) => streamRoutes(documents));
  const viewQueries = perDomain.flatMap(({ routes }) => routes);
  const routes = [...systemRoutes, ...commands, ...streamQueries, ...viewQueries];
  const tables = [...systemTables, ...views.map(({ table }) => table)];
  const byCategory = new Map(domains.map((domain) => [domain.category, domain]));
  refuseTwins(
    "category",
    domains.map(({ category }) => category),
  );
  refuseTwins(
    "table",
    tables.map(({ name }) => name),
  );
  refuseTwins("route", routes.map(routeKey));
  return {
    domains,
    views,
    tables,
    routes,
    commands,
    streamQueries,
    viewQueries,
    domainOf: (stream) => byCategory.get(categoryOf(stream)),
  };
};
