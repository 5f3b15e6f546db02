import type { Caller, Role } from "../../lib/core/domain/access.ts";
import type { Domain, Step } from "../../lib/core/domain/domain.ts";
import type { Message } from "../../lib/core/domain/message.ts";
import type { Registry, ViewRoute } from "../../lib/core/domain/registry.ts";
import { fieldSchemas, jsonSchema } from "../../lib/core/openapi/json-schema.ts";
import { type Route, routeKey } from "../../lib/core/system/route.ts";
import { exampleOf } from "../schemas/example.ts";
import { table } from "./markdown.ts";

const someone: Caller = { sub: "the caller", admin: false, auditor: false };

const code = (text: string): string => `\`${text}\``;

/** Roles in words; what every admin may is said once, at the top. */
const rolesOf = (roles: readonly Role[]): string =>
  roles.filter((role) => role !== "admin").join(", ") || "admins only";

/** One event of each type that a domain has. */
const exampleEvents = ({ events }: Domain): readonly Message[] =>
  Object.entries(events.lineages).map(([type, { now }]) =>
    events.parse(type, exampleOf(jsonSchema(now, "stored"))),
  );

/** The command of a step, whatever the step before must have decided for it. */
const commandOf = (domain: Domain, step: Step<Message, Message>): string => {
  for (const earlier of [[], ...exampleEvents(domain).map((event) => [event])]) {
    try {
      return step.command(earlier).type;
    } catch {
      // It wants another event before it.
    }
  }
  throw new Error(`A step of ${domain.category} accepts no event before it.`);
};

/** The commands that a route runs, the first on the stream in its path. */
const commandsOf = (domain: Domain, name: string): readonly string[] => {
  const route = domain.routes[name];
  if (route === undefined) throw new Error(`${domain.category} has no route ${name}.`);
  if (typeof route === "string") return [route];
  const body = exampleOf(jsonSchema(route.body, "request"));
  return route.steps("example", body).map((step) => commandOf(domain, step));
};

const commandRows = (registry: Registry, domain: Domain): readonly (readonly string[])[] =>
  registry.commands
    .filter((route) => route.domain === domain)
    .flatMap((route) =>
      commandsOf(domain, route.name).map((command, index) => [
        code(routeKey(route)) + (index === 0 ? "" : ", the other stream"),
        command,
        rolesOf(domain.allow[command] ?? []),
      ]),
    );

/** Who may ask a view, found out by asking for an example. */
const askers = ({ query }: ViewRoute): string => {
  if (!query.whose) return "auditors only";
  const required = fieldSchemas(query.parameters, "request").filter((field) => field.required);
  const parameters = Object.fromEntries(
    required.map(({ name, schema }) => [name, exampleOf(schema)]),
  );
  const whose = query.whose(parameters, someone);
  if (whose === someone.sub) return "anyone";
  const named = Object.entries(parameters).find(([, value]) => value === whose);
  if (named) return `the user that ${code(named[0])} names`;
  throw new Error(`Whose rows ${query.path} shows cannot be told from its parameters.`);
};

const queryRows = (registry: Registry, domain: Domain): readonly (readonly string[])[] => [
  ...registry.streamQueries
    .filter((route) => route.domain === domain)
    .map((route) => [
      code(routeKey(route)),
      route.query === "list" ? "anyone, of their own" : rolesOf(domain.readers),
    ]),
  ...registry.viewQueries
    .filter((route) => route.domain === domain)
    .map((route) => [code(routeKey(route)), askers(route)]),
];

const section = (registry: Registry, domain: Domain): string[] => [
  `## ${domain.collection}`,
  "",
  ...table(["command", "decides", "who may"], commandRows(registry, domain)),
  "",
  ...table(["query", "who may"], queryRows(registry, domain)),
  "",
];

/** Who may use a route that belongs to no domain; the functions that answer them say the same. */
const systemRole = ({ path, open }: Route): string => {
  if (open) return "everybody, without a token";
  if (path.startsWith("/people/")) return "that person";
  if (path.startsWith("/admin/")) return "admins only";
  throw new Error(`Nobody has said who may use ${path}.`);
};

/** The page that says who may do what, from the declarations alone. */
export const accessPage = (registry: Registry): string => {
  const { commands, streamQueries, viewQueries, routes, domains } = registry;
  const ofDomains = new Set<Route>([...commands, ...streamQueries, ...viewQueries]);
  const others = routes.filter((route) => !ofDomains.has(route));
  return [
    "# Who may do what",
    "",
    "Written by `npm run schemas` from what the domains declare (`allow`, `readers`, a view's `whose`); a test compares.",
    "",
    "An _admin_ may do everything, an _auditor_ may read everything but exports; neither is repeated below. The _owner_ is the",
    "user whose stream it is, other roles are those that the domain names in a stream's state. While a stream does not exist,",
    "anyone may whom it could belong to: the domain decides then. Roles are checked again with every attempt to write.",
    "",
    ...domains.flatMap((domain) => section(registry, domain)),
    "## Beside the domains",
    "",
    ...table(
      ["route", "who may"],
      others.map((route) => [code(routeKey(route)), systemRole(route)]),
    ),
    "",
  ].join("\n");
};
