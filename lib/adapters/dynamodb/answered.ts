import {
  ConditionalCheckFailedException,
  TransactionCanceledException,
} from "@aws-sdk/client-dynamodb";
import type { Meter } from "../../core/meter.ts";
import { isConflict, whenAnswered } from "./failure.ts";

/**
 * Waits for the store's answer; its silence is a refusal as `unavailable`, for work that can be
 * repeated.
 */
export const answered = <T>(work: Promise<T>): Promise<T> =>
  whenAnswered("The store of users' keys", work);

const isRefused = (error: unknown): boolean =>
  error instanceof ConditionalCheckFailedException ||
  (error instanceof TransactionCanceledException &&
    (error.CancellationReasons ?? []).some(({ Code }) => Code === "ConditionalCheckFailed"));

/**
 * True when a conditional write of so many write units was done; false when the row was not as
 * expected, or another writer was at it.
 */
export const isDone = async (
  meter: Meter,
  writeUnits: number,
  write: Promise<unknown>,
): Promise<boolean> => {
  try {
    await answered(write);
    return true;
  } catch (error) {
    if (isRefused(error)) meter.add({ writeUnits });
    else if (!isConflict(error)) throw error;
    return false;
  }
};
