import { TransactionCanceledException } from "@aws-sdk/client-dynamodb";
import { Refusal } from "../../core/errors.ts";

const throttled = new Set([
  "ProvisionedThroughputExceededException",
  "RequestLimitExceeded",
  "ThrottlingException",
  "TransactionInProgressException",
]);

const throttledReasons = new Set(["ProvisionedThroughputExceeded", "ThrottlingError"]);

/** The connection could not be had, broke, stayed silent, or carried something that is not HTTP. */
const brokenConnection =
  /^(EAI_AGAIN|ECONN(REFUSED|RESET)|E(HOST|NET)UNREACH|ENOTFOUND|EPIPE|ETIMEDOUT|HPE_\w+)$/;

/** Why a transaction was cancelled, by action; empty for any other error. */
export const reasonCodes = (error: unknown): readonly string[] =>
  error instanceof TransactionCanceledException
    ? (error.CancellationReasons ?? []).map(({ Code }) => Code ?? "None")
    : [];

interface Metadata {
  readonly httpStatusCode?: number;
  readonly requestId?: string;
  readonly attempts?: number;
}

const metadataOf = (error: object): Metadata => {
  const { $metadata }: { $metadata?: Metadata } = error;
  return $metadata ?? {};
};

const isBroken = (error: Error): boolean =>
  error.name === "TimeoutError" || ("code" in error && brokenConnection.test(String(error.code)));

/**
 * True when a write met another one under way: nothing was written, and another attempt may succeed
 * at once.
 */
export const isConflict = (error: unknown): boolean =>
  error instanceof Error &&
  (error.name === "TransactionConflictException" ||
    error.name === "ReplicatedWriteConflictException" ||
    reasonCodes(error).includes("TransactionConflict"));

/**
 * True when the store did not answer, or is too busy: throttling, a fault of its own, a broken or
 * silent connection. A write that failed so may have happened all the same.
 */
export const isUnanswered = (error: unknown): boolean => {
  if (!(error instanceof Error)) return false;
  if (throttled.has(error.name) || isBroken(error)) return true;
  const codes = reasonCodes(error);
  if (codes.length > 0)
    return !codes.includes("ValidationError") && codes.some((code) => throttledReasons.has(code));
  const { httpStatusCode: status } = metadataOf(error);
  // An error with the status of a success is an answer that could not be read.
  return status !== undefined && (status < 300 || status === 429 || status >= 500);
};

/**
 * What is worth keeping of a client's error, which holds the whole request, credentials included.
 */
export const summaryOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  const { requestId = "unknown", attempts = 1 } = metadataOf(error);
  return `${error.name}: ${error.message} (request ${requestId}, attempts: ${attempts})`;
};

/** Waits for what can be repeated at will; the store's silence is a refusal as `unavailable`. */
export const whenAnswered = async <T>(store: string, work: Promise<T>): Promise<T> => {
  try {
    return await work;
  } catch (error) {
    if (!isUnanswered(error)) throw error;
    const refusal = new Refusal("unavailable", `${store} does not answer.`, { retryAfter: 1 });
    refusal.cause = summaryOf(error);
    throw refusal;
  }
};
