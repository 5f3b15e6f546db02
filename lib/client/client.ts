import { systemClock } from "./clock.ts";
import { type Collection, collectionOf } from "./collection.ts";
import type { Line } from "./line.ts";
import { type Operations, operationsOf, type People, peopleOf } from "./operations.ts";
import { type OwnWrites, rememberWrites } from "./own-writes.ts";
import type { AnyDomain } from "./shapes.ts";
import type { Wire } from "./transport.ts";
import { type AskView, viewsOf } from "./views.ts";

/** Domains by the names that a client gives them. */
type Domains = Readonly<Record<string, AnyDomain>>;

/** Where a server is, who calls it, and which domains are called. */
export interface ClientOptions<T extends Domains> {
  /** Where the API is: `https://api.example.com`. */
  readonly url: string;
  /** The caller's bearer token, or what gives it before each request. */
  readonly token?: string | (() => string | Promise<string>);
  readonly domains: T;
  /** Milliseconds after a write for which queries are never answered from before it: 2,000 if absent. */
  readonly readOwnWritesMs?: number;
  /** Clock, dice and `fetch`, where they are not the machine's own. */
  readonly world?: Partial<Pick<Wire, "fetch" | "now" | "sleep" | "random">>;
}

/** What a client has beside its domains. */
interface Whole<D extends AnyDomain> {
  readonly writes: OwnWrites;
  readonly view: AskView<D>;
  readonly people: People;
  readonly admin: Operations;
}

/** A typed client: commands and queries of each domain under its name, and what concerns them all. */
export type Client<T extends Domains> = { readonly [K in keyof T]: Collection<T[K]> } & Whole<
  T[keyof T]
>;

const wireOf = ({ url, token, world }: ClientOptions<Domains>): Wire => ({
  ...systemClock,
  fetch: (to, init) => fetch(to, init),
  ...world,
  url: url.replace(/\/+$/, ""),
  token: () => (typeof token === "function" ? token() : token),
});

/**
 * Creates a client for a server. Types derive from the domains; answers are taken to be as their routes say. Refuses a
 * domain whose name, or the name of one of its commands, is taken.
 */
export const createClient = <T extends Domains>(options: ClientOptions<T>): Client<T> => {
  const wire = wireOf(options);
  const line: Line = { wire, writes: rememberWrites(wire, options.readOwnWritesMs ?? 2_000) };
  const domains = Object.entries(options.domains);
  const whole = {
    writes: line.writes,
    view: viewsOf(line, Object.values(options.domains)),
    people: peopleOf(line),
    admin: operationsOf(line),
  };
  const taken = domains.find(([name]) => Object.hasOwn(whole, name));
  if (taken) throw new Error(`A domain cannot be called ${taken[0]}: a client has that already.`);
  const collections = domains.map(([name, domain]) => [name, collectionOf(line, domain)]);
  // Names and types come from the options; a loop over their entries loses the types.
  return { ...Object.fromEntries(collections), ...whole } as Client<T>;
};
