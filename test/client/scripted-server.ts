import type { Wire } from "../../lib/client/transport.ts";
import { createClock, createDice, type FakeClock } from "../clock.ts";

/** A request as a server sees it. */
export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** What a server answers: a status, a body, headers; or nothing, when the connection breaks. */
export type Script = "breaks" | ScriptedAnswer;

interface ScriptedAnswer {
  readonly status?: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A server that answers what it is told to, in order, and then the last answer again. */
export interface ScriptedServer {
  readonly wire: Wire;
  readonly clock: FakeClock;
  readonly seen: readonly Seen[];
}

const responseOf = ({ status = 200, body = {}, headers = {} }: ScriptedAnswer): Response =>
  new Response(typeof body === "string" ? body : JSON.stringify(body), { status, headers });

/** Starts a scripted server; `token` is what the caller shows it. */
export const scriptedServer = (
  answers: readonly Script[],
  token: () => string | undefined = () => "t0",
): ScriptedServer => {
  const clock = createClock();
  const seen: Seen[] = [];
  const fetch = async (url: string, init: RequestInit): Promise<Response> => {
    const { pathname, search } = new URL(url);
    seen.push({
      method: init.method ?? "GET",
      path: pathname + search,
      headers: Object.fromEntries(new Headers(init.headers)),
      body: typeof init.body === "string" ? JSON.parse(init.body) : undefined,
    });
    const answer = answers[Math.min(seen.length, answers.length) - 1] ?? {};
    if (answer === "breaks") throw new TypeError("fetch failed");
    return responseOf(answer);
  };
  const { now, sleep } = clock;
  const wire = { url: "https://api.test", token, fetch, now, sleep, random: createDice() };
  return { wire, clock, seen };
};

/** A token that names a user, as far as a client looks. */
export const tokenNaming = (claims: object): string =>
  ["{}", JSON.stringify(claims), ""]
    .map((part) => Buffer.from(part).toString("base64url"))
    .join(".");
