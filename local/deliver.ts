import { setTimeout as sleep } from "node:timers/promises";
import type { DynamoDBRecord } from "aws-lambda";
import { callFunction, type LocalFunction } from "./function.ts";
import { errorText } from "./startup-fault.ts";
import { sequenceOf } from "./stream-record.ts";

/** Records that were given up, and why. */
export interface Discarded {
  readonly reason: string;
  readonly records: readonly DynamoDBRecord[];
}

/** What a mapping does with a batch; the names are those of Lambda's own settings. */
export interface DeliveryOptions {
  readonly function: LocalFunction;
  /** Repeats of a failed batch before it is given up. */
  readonly retriesMax: number;
  /** Delay before the first repeat; doubled with each one. */
  readonly backoffMs: number;
  readonly backoffMaxMs: number;
  /** The failure destination: takes what is given up; repeated until it succeeds. */
  onDiscard(discarded: Discarded): Promise<void>;
  readonly signal: AbortSignal;
}

/** How a call ended: `from` is the place of the first record that has to be repeated. */
type Outcome =
  | { readonly done: true }
  | {
      readonly done: false;
      readonly from: number;
      readonly reason: string;
      readonly threw: boolean;
    };

const failuresOf = (answer: unknown): readonly unknown[] => {
  if (typeof answer !== "object" || answer === null || !("batchItemFailures" in answer)) return [];
  return Array.isArray(answer.batchItemFailures) ? answer.batchItemFailures : [];
};

const identifierOf = (failure: unknown): unknown =>
  typeof failure === "object" && failure !== null && "itemIdentifier" in failure
    ? failure.itemIdentifier
    : undefined;

/**
 * Where to go on after an answer: the first of the records that it names. An identifier that fits no record fails the
 * whole batch, as with Lambda. Places are counted, not numbers compared: a batch may have been put out of order.
 */
const judge = (records: readonly DynamoDBRecord[], answer: unknown): Outcome => {
  const places = failuresOf(answer).map((failure) =>
    records.findIndex((record) => sequenceOf(record) === identifierOf(failure)),
  );
  if (places.length === 0) return { done: true };
  const from = Math.max(0, Math.min(...places));
  const reason = `the function reported ${places.length} failed records`;
  return { done: false, from, reason, threw: false };
};

const attempt = async (
  options: DeliveryOptions,
  records: readonly DynamoDBRecord[],
): Promise<Outcome> => {
  try {
    return judge(records, await callFunction(options.function, { Records: records }));
  } catch (error) {
    return { done: false, from: 0, reason: errorText(error), threw: true };
  }
};

const pause = (options: DeliveryOptions, repeat: number): Promise<void> => {
  const { backoffMs, backoffMaxMs, signal } = options;
  const delay = Math.min(backoffMaxMs, backoffMs * 2 ** Math.min(repeat - 1, 20));
  return sleep(delay, undefined, { signal });
};

const discard = async (options: DeliveryOptions, discarded: Discarded): Promise<void> => {
  for (let repeat = 1; ; repeat += 1) {
    options.signal.throwIfAborted();
    try {
      return await options.onDiscard(discarded);
    } catch {
      await pause(options, repeat);
    }
  }
};

/**
 * Hands a batch to its function until every record was taken or given up. A function that throws has its batch halved,
 * down to the record that fails (halving is no repeat); one that reports failures is called again from the first of
 * them on. After the repeats, what is left goes to the failure destination. Throws only when the signal ends it; the
 * records were then not settled, and have to be delivered again.
 */
export const deliver = async (
  options: DeliveryOptions,
  batch: readonly DynamoDBRecord[],
): Promise<void> => {
  let records = batch;
  let repeats = 0;
  while (records.length > 0) {
    options.signal.throwIfAborted();
    const outcome = await attempt(options, records);
    if (outcome.done) return;
    if (outcome.threw && records.length > 1) {
      const half = Math.ceil(records.length / 2);
      await deliver(options, records.slice(0, half));
      return deliver(options, records.slice(half));
    }
    if (outcome.from > 0) repeats = 0;
    records = records.slice(outcome.from);
    if (repeats >= options.retriesMax) return discard(options, { reason: outcome.reason, records });
    repeats += 1;
    await pause(options, repeats);
  }
};
