import type { FieldError } from "../core/errors.ts";

/** What is known of a request that was not carried out. */
interface ProblemFacts {
  readonly code?: string | undefined;
  readonly errors?: readonly FieldError[] | undefined;
  readonly requestId?: string | undefined;
  /** Seconds after which a repeat has a chance. */
  readonly retryAfter?: number | undefined;
}

/** A request that the server did not carry out; `code` says why a domain refused. Source: RFC 9457. */
export class Problem extends Error {
  override readonly name = "Problem";
  readonly status: number;
  readonly facts: ProblemFacts;

  constructor(status: number, message: string, facts: ProblemFacts = {}) {
    super(message);
    this.status = status;
    this.facts = facts;
  }

  /** Why the domain refused, stable: `insufficient-funds`; undefined when it was not the domain. */
  get code(): string | undefined {
    return this.facts.code;
  }
}

/** A request that got no answer: the server is out of reach, or took too long. `cause` is what the last attempt met. */
export class Unanswered extends Error {
  override readonly name = "Unanswered";
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null;

const textIn = (value: unknown): string | undefined =>
  typeof value === "string" && value !== "" ? value : undefined;

const fieldErrors = (errors: unknown): readonly FieldError[] | undefined =>
  Array.isArray(errors)
    ? errors
        .filter(isObject)
        .map(({ field, reason }) => ({ field: String(field), reason: String(reason) }))
    : undefined;

/** Seconds of a `Retry-After` header; undefined when it names none. */
export const retryAfterIn = (headers: Headers): number | undefined => {
  const text = headers.get("retry-after") ?? "";
  return /^\d{1,6}$/.test(text) ? Number(text) : undefined;
};

/** Reads a refusal out of an answer, whatever its body is: a gateway's own answers are no RFC 9457 problems. */
export const problemOf = async (response: Response): Promise<Problem> => {
  const { status, statusText, headers } = response;
  const body: unknown = await response.json().catch(() => undefined);
  const { title, detail, message, code, errors, requestId } = isObject(body) ? body : {};
  const text = textIn(detail) ?? textIn(message) ?? textIn(title) ?? textIn(statusText);
  return new Problem(status, text ?? `The server answered ${status}.`, {
    code: textIn(code),
    errors: fieldErrors(errors),
    requestId: textIn(requestId),
    retryAfter: retryAfterIn(headers),
  });
};
