import type { Context } from "aws-lambda";
import { expect, test } from "vitest";
import { callFunction, type Handler } from "../../local/function.ts";

const call = (handler: Handler, timeoutMs = 5_000) =>
  callFunction({ name: "query", handler, timeoutMs }, { a: 1 });

test("hands over the event and a context of its own, and returns what the function returns", async () => {
  const contexts: Context[] = [];
  const handler: Handler = async (event, context) => {
    contexts.push(context);
    return event;
  };
  expect(await call(handler)).toEqual({ a: 1 });
  await call(handler);
  expect(contexts[0]).toMatchObject({ functionName: "query", functionVersion: "$LATEST" });
  expect(new Set(contexts.map(({ awsRequestId }) => awsRequestId)).size).toBe(2);
});

test("tells the time that is left", async () => {
  const left = async (timeoutMs: number) =>
    call(async (_, context) => context.getRemainingTimeInMillis(), timeoutMs);
  const remaining = Number(await left(5_000));
  expect(remaining).toBeGreaterThan(4_000);
  expect(remaining).toBeLessThanOrEqual(5_000);
});

test("throws what the function throws, at once or later", async () => {
  const thrower: Handler = () => {
    throw new Error("at once");
  };
  await expect(call(thrower)).rejects.toThrow("at once");
  await expect(call(async () => Promise.reject(new Error("later")))).rejects.toThrow("later");
});

test("fails when the time limit has passed", async () => {
  await expect(call(() => new Promise(() => undefined), 10)).rejects.toThrow(
    "Task timed out after 0.01 seconds",
  );
});
