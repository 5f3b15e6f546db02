import type { OwnWrites } from "./own-writes.ts";
import type { AnyDomain, CommandOptions, Done } from "./shapes.ts";
import { type Request, send, type Wire } from "./transport.ts";

/** What every part of a client works with. */
export interface Line {
  readonly wire: Wire;
  readonly writes: OwnWrites;
}

/** Parameters of a query. */
export type Parameters = Readonly<Record<string, string | number | undefined>>;

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
): Promise<Done> => {
  const headers = {
    ...(idempotencyKey === null ? {} : { "idempotency-key": idempotencyKey }),
    ...(ifMatch === undefined ? {} : { "if-match": `"${ifMatch}"` }),
  };
  const repeatable = idempotencyKey !== null;
  const answer = await send(wire, { method: "POST", path, headers, body, repeatable });
  writes.note(answer.headers.get("consistency-token"));
  return answer.body as Done;
};

/** Where a stream of a domain is found. */
export const streamPath = ({ collection }: AnyDomain, id: string, name = ""): string =>
  `/${collection}/${encodeURIComponent(id)}${name && `/${name}`}`;
