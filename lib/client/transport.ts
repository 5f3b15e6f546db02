import type { Clock } from "../core/retry.ts";
import { Problem, problemOf, Unanswered } from "./problem.ts";

/** Bounds of one request with all its attempts. */
export const requestBounds = {
  attemptsMax: 5,
  totalMs: 20_000,
  attemptMs: 30_000,
  delayMinMs: 100,
  delayMaxMs: 2_000,
} as const;

/** A request before it is authorized and sent. */
export interface Request {
  readonly method: "GET" | "POST" | "DELETE";
  /** Path under the server's URL, encoded, with its query. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** True: sending it twice does what sending it once does, so that it may be sent again. */
  readonly repeatable: boolean;
}

/** What a request needs of the world. */
export interface Wire extends Clock {
  readonly url: string;
  /** The caller's bearer token, asked for before each attempt. */
  token(): string | undefined | Promise<string | undefined>;
  fetch(url: string, init: RequestInit): Promise<Response>;
}

/** What a server answers when it has done what was asked. */
export interface Answer {
  readonly headers: Headers;
  /** As it came, JSON parsed. */
  readonly body: unknown;
}

/** Answers that say: not now. */
const busy: ReadonlySet<number> = new Set([409, 429, 503]);

const messageOf = ({ method, headers, body }: Request, token: string | undefined): RequestInit => ({
  method,
  headers: {
    ...headers,
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    ...(body === undefined ? {} : { "content-type": "application/json" }),
  },
  ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  signal: AbortSignal.timeout(requestBounds.attemptMs),
});

/** One attempt: an answer, or why there is none. */
const attempt = async (
  wire: Wire,
  { method, path }: Request,
  message: RequestInit,
): Promise<Answer | Problem | Unanswered> => {
  try {
    const response = await wire.fetch(wire.url + path, message);
    if (!response.ok) return await problemOf(response);
    return { headers: response.headers, body: await response.json() };
  } catch (cause) {
    return new Unanswered(`${method} ${wire.url}${path} got no answer.`, { cause });
  }
};

/** True when a repeat may succeed. */
const isPassing = (failure: Problem | Unanswered): boolean =>
  failure instanceof Unanswered || busy.has(failure.status);

const delayOf = (wire: Wire, failures: number, failure: Problem | Unanswered): number => {
  const { delayMinMs, delayMaxMs } = requestBounds;
  const jittered =
    (0.5 + wire.random() / 2) * Math.min(delayMaxMs, delayMinMs * 2 ** (failures - 1));
  const asked = failure instanceof Problem ? (failure.facts.retryAfter ?? 0) * 1000 : 0;
  return asked + jittered;
};

/**
 * Sends a request, again while the server is busy or out of reach and the bounds allow it. Throws a `Problem` for any
 * other answer than a success, and `Unanswered` when there is none.
 */
export const send = async (wire: Wire, request: Request): Promise<Answer> => {
  const deadline = wire.now() + requestBounds.totalMs;
  for (let failures = 1; ; failures++) {
    const result = await attempt(wire, request, messageOf(request, await wire.token()));
    if (!(result instanceof Error)) return result;
    const delay = delayOf(wire, failures, result);
    const isLast = failures >= requestBounds.attemptsMax || wire.now() + delay > deadline;
    if (!request.repeatable || isLast || !isPassing(result)) throw result;
    await wire.sleep(delay);
  }
};
