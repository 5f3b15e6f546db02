import { setTimeout as sleep } from "node:timers/promises";
import type { CreatedObject } from "./failure-destination.ts";
import { callFunction, type LocalFunction } from "./function.ts";
import { errorText } from "./startup-fault.ts";

/** Who is told of a new object. */
export interface NoticeOptions {
  readonly function: LocalFunction;
  /** Pause before the first repeat; doubled with each one. */
  readonly backoffMs?: number;
  log(line: string): void;
}

/** As often as Lambda calls a function that nobody waits for. */
const attemptsMax = 3;

/**
 * Tells a function of a new object, as EventBridge does. One that fails is called again twice; then the object is left to
 * the auditor.
 */
export const tellCreated =
  ({ function: fn, backoffMs = 250, log }: NoticeOptions) =>
  async ({ bucket, key }: CreatedObject): Promise<void> => {
    const event = {
      source: "aws.s3",
      "detail-type": "Object Created",
      detail: { bucket: { name: bucket }, object: { key } },
    };
    for (let attempt = 1; attempt <= attemptsMax; attempt += 1) {
      try {
        await callFunction(fn, event);
        return;
      } catch (error) {
        log(`The function ${fn.name} failed on ${bucket}/${key}: ${errorText(error)}`);
        if (attempt < attemptsMax) await sleep(backoffMs * 2 ** (attempt - 1));
      }
    }
  };
