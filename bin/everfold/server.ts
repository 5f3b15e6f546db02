import * as z from "zod/mini";
import "../../lib/core/english.ts";
import { systemClock } from "../../lib/client/clock.ts";
import { Problem } from "../../lib/client/problem.ts";
import { type Request, send, type Wire } from "../../lib/client/transport.ts";
import { isLoopback } from "../../local/loopback.ts";
import type { Options } from "./arguments.ts";
import { OperatorFault, UsageFault } from "./failure.ts";

/** An API, asked over HTTP as one caller. */
export interface Server {
  readonly url: string;
  /** Asks; the answer is read by its shape, and one of another shape is refused. */
  get<S extends z.core.$ZodType>(path: string, shape: S): Promise<z.output<S>>;
  /** Asks for something to be done, once. */
  post<S extends z.core.$ZodType>(path: string, shape: S): Promise<z.output<S>>;
  /** Asks for something to be done that is safe to repeat. */
  remove<S extends z.core.$ZodType>(path: string, shape: S): Promise<z.output<S>>;
}

/** Where the local host is, unless told otherwise. */
const defaultUrl = "http://localhost:3000";

/** Whom the local host takes an operator for. */
const operator = { sub: "operator", groups: ["admin"] };

const textOf = (value: string | boolean | undefined): string | undefined =>
  typeof value === "string" && value !== "" ? value : undefined;

const urlOf = (given: string): URL => {
  const url = URL.canParse(given) ? new URL(given) : undefined;
  if (url && /^https?:$/.test(url.protocol)) return url;
  throw new UsageFault(`--url is "${given}", which is no http or https URL.`);
};

/** A token for an operator, which the local host gives to anybody. */
const localToken = async (wire: Wire): Promise<string> => {
  const request = {
    method: "POST",
    path: "/local/token",
    body: operator,
    repeatable: true,
  } as const;
  try {
    const { body } = await send(wire, request);
    return z.object({ token: z.string() }).parse(body).token;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    throw new UsageFault(`${wire.url} is no local host, and gives no token: set EVERFOLD_TOKEN.`);
  }
};

const tokenOf = (wire: Wire, hostname: string, given: string | undefined) => {
  if (given !== undefined) return async () => given;
  if (!isLoopback(hostname))
    throw new UsageFault(`${wire.url} needs an admin's token: set EVERFOLD_TOKEN.`);
  let token: Promise<string> | undefined;
  return () => {
    token ??= localToken(wire);
    return token;
  };
};

/**
 * The server that options or the environment name, or else the local host. Refuses a URL that is
 * none, and one of another machine without a token.
 */
export const serverOf = (
  options: Options,
  environment: Readonly<Record<string, string | undefined>>,
): Server => {
  const given = urlOf(textOf(options.url) ?? textOf(environment.EVERFOLD_URL) ?? defaultUrl);
  const url = given.href.replace(/\/+$/, "");
  const open: Wire = {
    ...systemClock,
    url,
    token: () => undefined,
    fetch: (to, init) => fetch(to, init),
  };
  const givenToken = textOf(options.token) ?? textOf(environment.EVERFOLD_TOKEN);
  const wire: Wire = { ...open, token: tokenOf(open, given.hostname, givenToken) };
  const ask = async <S extends z.core.$ZodType>(
    request: Request,
    shape: S,
  ): Promise<z.output<S>> => {
    const parsed = z.safeParse(shape, (await send(wire, request)).body);
    if (parsed.success) return parsed.data;
    const { method, path } = request;
    const reason = z.prettifyError(parsed.error);
    throw new OperatorFault(
      `${method} ${url}${path} was answered in a form unknown to this program: ${reason}`,
    );
  };
  return {
    url,
    get: (path, shape) => ask({ method: "GET", path, repeatable: true }, shape),
    post: (path, shape) => ask({ method: "POST", path, body: {}, repeatable: false }, shape),
    remove: (path, shape) => ask({ method: "DELETE", path, repeatable: true }, shape),
  };
};
