import { randomUUID } from "node:crypto";
import type { Context } from "aws-lambda";

/** What a function's module exports as `handler`. */
export type Handler = (event: unknown, context: Context) => unknown;

/** A function as the local host runs it: in this process, within its own time limit. */
export interface LocalFunction {
  readonly name: string;
  readonly handler: Handler;
  readonly timeoutMs: number;
}

const memoryMb = 1024;
const account = "000000000000";
const region = "us-east-1";

const contextOf = (name: string, requestId: string, deadline: number): Context => ({
  callbackWaitsForEmptyEventLoop: true,
  functionName: name,
  functionVersion: "$LATEST",
  invokedFunctionArn: `arn:aws:lambda:${region}:${account}:function:${name}`,
  memoryLimitInMB: String(memoryMb),
  awsRequestId: requestId,
  logGroupName: `/aws/lambda/${name}`,
  logStreamName: "local",
  getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
  done: () => undefined,
  fail: () => undefined,
  succeed: () => undefined,
});

/**
 * Runs a function once, as Lambda would: with a context that knows its time limit. Throws what the function throws, and
 * when the limit has passed; the function itself cannot be stopped then.
 */
export const callFunction = async (
  { name, handler, timeoutMs }: LocalFunction,
  event: unknown,
): Promise<unknown> => {
  const context = contextOf(name, randomUUID(), Date.now() + timeoutMs);
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    const late = () => reject(new Error(`Task timed out after ${timeoutMs / 1000} seconds`));
    timer = setTimeout(late, timeoutMs);
  });
  try {
    return await Promise.race([handler(event, context), limit]);
  } finally {
    clearTimeout(timer);
  }
};
