import { Problem, Unanswered } from "../../lib/client/problem.ts";

/** A call of the program that it cannot understand; `everfold --help` says what it can. */
export class UsageFault extends Error {
  override readonly name = "UsageFault";
}

/** A reason, known and told in a sentence, why a command was not carried out. */
export class OperatorFault extends Error {
  override readonly name = "OperatorFault";
}

const ended = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);

const problemSentences = ({ status, message, facts }: Problem): string => {
  const { code, errors = [], retryAfter, requestId } = facts;
  // The message often lists the fields already.
  const fields = errors.filter(({ reason }) => !message.includes(reason));
  return [
    ended(message),
    ...fields.map(({ field, reason }) => ended(`${field}: ${reason}`)),
    ...(status === 401 ? ["Is the token still valid? Pass one by EVERFOLD_TOKEN."] : []),
    ...(retryAfter === undefined ? [] : [`Try again in ${retryAfter} s.`]),
    `(status ${[status, code, requestId && `request ${requestId}`].filter(Boolean).join(", ")})`,
  ].join(" ");
};

const causeText = ({ cause }: Error): string => {
  if (!(cause instanceof Error)) return "";
  const inner = causeText(cause);
  return inner === "" ? cause.message : inner;
};

/** What went wrong, in sentences with their facts; throws on what is no known kind of failure. */
export const sentences = (error: unknown): string => {
  if (error instanceof UsageFault || error instanceof OperatorFault) return error.message;
  if (error instanceof Problem) return problemSentences(error);
  if (error instanceof Unanswered) {
    const reason = ended(causeText(error) || "The reason is not known");
    return `${error.message} ${reason} Is it running, and is --url right?`;
  }
  throw error;
};
