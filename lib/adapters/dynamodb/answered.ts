import {
  ConditionalCheckFailedException,
  TransactionCanceledException,
} from "@aws-sdk/client-dynamodb";
import { Refusal } from "../../core/errors.ts";
import { countRefusedWrite } from "./client.ts";
import { isConflict, isUnanswered } from "./failure.ts";

/** Waits for the store's answer; its silence is a refusal as `unavailable`, for work that can be repeated. */
export const answered = async <T>(work: Promise<T>): Promise<T> => {
  try {
    return await work;
  } catch (error) {
    if (!isUnanswered(error)) throw error;
    const refusal = new Refusal("unavailable", "The store of users' keys does not answer.", {
      retryAfter: 1,
    });
    // What the client threw holds the whole request, credentials included, and is not kept.
    refusal.cause = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    throw refusal;
  }
};

const isRefused = (error: unknown): boolean =>
  error instanceof ConditionalCheckFailedException ||
  (error instanceof TransactionCanceledException &&
    (error.CancellationReasons ?? []).some(({ Code }) => Code === "ConditionalCheckFailed"));

/**
 * True when a conditional write of so many write units was done; false when the row was not as expected, or another
 * writer was at it.
 */
export const isDone = async (writeUnits: number, write: Promise<unknown>): Promise<boolean> => {
  try {
    await answered(write);
    return true;
  } catch (error) {
    if (isRefused(error)) countRefusedWrite(writeUnits);
    else if (!isConflict(error)) throw error;
    return false;
  }
};
