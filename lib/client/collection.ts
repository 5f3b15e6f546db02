import type { OwnWrites } from "./own-writes.ts";
import type {
  AnyDomain,
  CommandOptions,
  CommandsOf,
  Done,
  Moment,
  PageRequest,
  QueriesOf,
  Versions,
} from "./shapes.ts";
import { type Request, send, type Wire } from "./transport.ts";

/** What every part of a client works with. */
export interface Line {
  readonly wire: Wire;
  readonly writes: OwnWrites;
}

/** The commands and queries of one domain, by name. */
export type Collection<D extends AnyDomain> = CommandsOf<D, [id: string], Done<D>> & QueriesOf<D>;

type Parameters = Readonly<Record<string, string | number | undefined>>;

/** A path with its parameters; those that are undefined are left out. */
export const pathWith = (path: string, parameters: Parameters = {}): string => {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters))
    if (value !== undefined) query.set(name, String(value));
  return query.size === 0 ? path : `${path}?${query}`;
};

/** Asks, and sees at least what this client has just written; the server's answer is taken to be as the route says. */
export const ask = async <T>({ wire, writes }: Line, path: string): Promise<T> => {
  const token = writes.token();
  const headers = token === undefined ? {} : { "consistency-token": token };
  const request: Request = { method: "GET", path, headers, repeatable: true };
  return (await send(wire, request)).body as T;
};

/** Sends a command, under a key of its own where none is given, and remembers what was written. */
export const sendCommand = async (
  { wire, writes }: Line,
  path: string,
  body: unknown = {},
  { ifMatch, idempotencyKey = crypto.randomUUID() }: CommandOptions = {},
): Promise<unknown> => {
  const headers = {
    ...(idempotencyKey === null ? {} : { "idempotency-key": idempotencyKey }),
    ...(ifMatch === undefined ? {} : { "if-match": `"${ifMatch}"` }),
  };
  const repeatable = idempotencyKey !== null;
  const answer = await send(wire, { method: "POST", path, headers, body, repeatable });
  writes.note(answer.headers.get("consistency-token"));
  return answer.body;
};

const momentOf = (moment: Moment | undefined): Parameters => {
  if (moment === undefined || "version" in moment) return { ...moment };
  return { at: moment.at instanceof Date ? moment.at.toISOString() : moment.at };
};

/** Where a stream of a domain is found. */
export const streamPath = ({ collection }: AnyDomain, id: string, name = ""): string =>
  `/${collection}/${encodeURIComponent(id)}${name && `/${name}`}`;

const queriesOf = (line: Line, domain: AnyDomain): Readonly<Record<string, unknown>> => {
  if (domain.hidden) return {};
  const at = (id: string, name: string, parameters: Parameters | undefined): Promise<unknown> =>
    ask(line, pathWith(streamPath(domain, id, name), parameters));
  const logs = ["history", "integrity", ...Object.keys(domain.logs ?? {})].map((name) => [
    name,
    (id: string, page?: PageRequest) => at(id, name, { ...page }),
  ]);
  const comparisons = Object.keys(domain.comparisons ?? {}).map((name) => [
    name,
    (id: string, { from, to }: Versions) => at(id, name, { from, to }),
  ]);
  return {
    get: (id: string, moment?: Moment) => at(id, "", momentOf(moment)),
    list: (request?: Parameters) => ask(line, pathWith(`/${domain.collection}`, request)),
    ...Object.fromEntries([...logs, ...comparisons]),
  };
};

/** The commands and queries of a domain; refuses a domain in which two of them share a name. */
export const collectionOf = <D extends AnyDomain>(line: Line, domain: D): Collection<D> => {
  const queries = queriesOf(line, domain);
  const names = Object.keys(domain.routes);
  const twin = names.find((name) => Object.hasOwn(queries, name));
  if (twin !== undefined)
    throw new Error(`${domain.collection} has a command and a query named ${twin}.`);
  const commands = names.map((name) => [
    name,
    (id: string, body?: unknown, options?: CommandOptions) =>
      sendCommand(line, streamPath(domain, id, name), body, options),
  ]);
  // Names and types come from the declaration; a loop over its entries loses the types, and answers come as JSON.
  return { ...Object.fromEntries(commands), ...queries } as Collection<D>;
};
