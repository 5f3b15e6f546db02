import * as z from "zod/mini";
import type { Route } from "../lib/core/system/route.ts";
import { type HttpAnswer, problem } from "./http-result.ts";
import type { Issuer } from "./issuer.ts";
import type { LocalMetrics } from "./metrics.ts";

/** What a route of the local host is asked. */
export interface LocalRequest {
  readonly requestId: string;
  readonly body: string;
}

/** A route that only the local host has; it needs no token, for it is reachable from this machine only. */
export interface LocalRoute extends Pick<Route, "method" | "path"> {
  answer(request: LocalRequest): Promise<HttpAnswer>;
}

/** Answers with a JSON document. */
export const jsonAnswer = (value: unknown): HttpAnswer => ({
  status: 200,
  headers: { "content-type": "application/json" },
  body: JSON.stringify(value),
});

const TokenBody = z.strictObject({
  sub: z.string().check(z.minLength(1), z.maxLength(256)),
  groups: z._default(
    z.array(z.string().check(z.minLength(1), z.maxLength(128))).check(z.maxLength(32)),
    [],
  ),
});

const tokenRequest = (body: string): z.output<typeof TokenBody> | undefined => {
  try {
    return TokenBody.parse(JSON.parse(body));
  } catch {
    return undefined;
  }
};

/** Where tokens are issued, for anyone as anyone, and where their keys are. */
export const issuerRoutes = (issuer: Issuer): readonly LocalRoute[] => [
  {
    method: "GET",
    path: "/.well-known/jwks.json",
    answer: async () => jsonAnswer(issuer.jwks),
  },
  {
    method: "POST",
    path: "/local/token",
    answer: async ({ requestId, body }) => {
      const request = tokenRequest(body);
      if (request) return jsonAnswer({ token: await issuer.issue(request) });
      const detail = 'The body has to be like { "sub": "alice", "groups": ["admin"] }.';
      return problem(400, "Bad request", detail, requestId);
    },
  },
];

/** What the functions have told of themselves since this host started: the metrics that CloudWatch has of a stage. */
export const metricsRoute = ({ report }: Pick<LocalMetrics, "report">): LocalRoute => {
  const since = new Date().toISOString();
  return {
    method: "GET",
    path: "/local/metrics",
    answer: async () => jsonAnswer({ since, items: report() }),
  };
};
