import { Refusal, type RefusalKind } from "../../lib/core/errors.ts";
import type { Answer } from "./answer.ts";

const meanings: Readonly<Record<RefusalKind, { readonly status: number; readonly title: string }>> =
  {
    "bad-input": { status: 400, title: "Bad request" },
    forbidden: { status: 403, title: "Forbidden" },
    "not-found": { status: 404, title: "Not found" },
    conflict: { status: 409, title: "Conflict" },
    gone: { status: 410, title: "Gone" },
    "precondition-failed": { status: 412, title: "Precondition failed" },
    "too-large": { status: 413, title: "Content too large" },
    "unsupported-media": { status: 415, title: "Unsupported media type" },
    rejected: { status: 422, title: "Rejected" },
    unavailable: { status: 503, title: "Unavailable" },
  };

const problem = (
  status: number,
  type: string,
  title: string,
  detail: string,
  requestId: string,
  more: object = {},
): Answer => ({
  status,
  headers: { "content-type": "application/problem+json" },
  body: { type, title, status, detail, ...more, requestId },
});

/**
 * The one place where errors become HTTP: a refusal tells its facts; of a fault the caller learns the request's id only.
 * Source of the format: RFC 9457.
 */
export const toProblem = (error: unknown, requestId: string): Answer => {
  if (!(error instanceof Refusal))
    return problem(500, "about:blank", "Internal error", "The fault has been logged.", requestId);
  const { kind, message, facts } = error;
  const { status, title } = meanings[kind];
  const { retryAfter, ...shown } = facts;
  const answer = problem(
    status,
    `urn:everfold:problem:${facts.code ?? kind}`,
    title,
    message,
    requestId,
    shown,
  );
  if (retryAfter === undefined) return answer;
  return { ...answer, headers: { ...answer.headers, "retry-after": String(retryAfter) } };
};
