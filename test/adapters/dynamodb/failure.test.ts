import { PutCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createDocumentClient } from "../../../lib/adapters/dynamodb/client.ts";
import { isConflict, isUnanswered, whenAnswered } from "../../../lib/adapters/dynamodb/failure.ts";
import {
  answer,
  babble,
  breakOff,
  type FailingServer,
  hangUp,
  refuse,
  reset,
  stall,
  stallMidway,
  startFailingServer,
} from "./failing-server.ts";
import { pointSdkAt } from "./sdk-environment.ts";

// Every error here is one that the SDK itself made of what a server did.

const bounds = { attemptsMax: 1, connectionMs: 5_000, silenceMs: 5_000, socketsMax: 4 };
let server: FailingServer;

beforeAll(async () => {
  server = await startFailingServer();
});

afterAll(() => server.stop());

const errorFrom = async (url: string, silenceMs = 5_000): Promise<unknown> => {
  pointSdkAt(url);
  const client = createDocumentClient({ ...bounds, silenceMs });
  try {
    await client.send(new PutCommand({ TableName: "events", Item: { stream: "account-1" } }));
  } catch (error) {
    return error;
  }
  throw new Error("The put did not fail.");
};

const verdictOn = (error: unknown): "conflict" | "unanswered" | "fault" => {
  if (isConflict(error)) return "conflict";
  return isUnanswered(error) ? "unanswered" : "fault";
};

const cancelled = (...codes: readonly string[]) =>
  refuse("TransactionCanceledException", {
    CancellationReasons: codes.map((Code) => ({ Code })),
  });

describe("a store that does not answer", () => {
  test.each([
    ["closes the connection", hangUp],
    ["resets the connection", reset],
    ["breaks off in the middle of its answer", breakOff],
    ["speaks another language", babble],
    ["answers with half a document", answer(200, '{"Attr')],
    ["has a fault of its own", refuse("InternalServerError", {}, 500)],
    ["has a fault without a word", answer(500, "")],
    ["is unavailable", refuse("ServiceUnavailableException", {}, 503)],
    ["is shielded by a proxy with a page of its own", answer(503, "<html>busy</html>")],
    ["is overrun", answer(429, { message: "slow down" })],
    ["throttles a table", refuse("ProvisionedThroughputExceededException")],
    ["throttles an account", refuse("RequestLimitExceeded")],
    ["throttles a key", refuse("ThrottlingException")],
    ["is still at work on the same transaction", refuse("TransactionInProgressException")],
    ["throttles a transaction", cancelled("ThrottlingError", "None")],
    ["throttles an action", cancelled("None", "ProvisionedThroughputExceeded")],
  ])("%s", async (_, behaviour) => {
    server.next(behaviour);
    expect(verdictOn(await errorFrom(server.url))).toBe("unanswered");
  });

  test.each([
    ["stays silent", stall],
    ["falls silent in the middle of its answer", stallMidway],
  ])("%s", async (_, behaviour) => {
    server.next(behaviour);
    expect(verdictOn(await errorFrom(server.url, 200))).toBe("unanswered");
  });

  test("refuses connections", async () => {
    expect(verdictOn(await errorFrom("http://127.0.0.1:1"))).toBe("unanswered");
  });

  test.each(["ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH", "EPIPE"])(
    "cannot be reached (%s)",
    (code) => {
      expect(verdictOn(Object.assign(new Error("connect"), { code }))).toBe("unanswered");
    },
  );
});

describe("a write that meets another one under way", () => {
  test.each([
    ["as a single put", refuse("TransactionConflictException")],
    ["in another Region", refuse("ReplicatedWriteConflictException")],
    ["in a transaction", cancelled("None", "TransactionConflict")],
    ["in a throttled transaction", cancelled("ThrottlingError", "TransactionConflict")],
  ])("%s is a conflict", async (_, behaviour) => {
    server.next(behaviour);
    expect(verdictOn(await errorFrom(server.url))).toBe("conflict");
  });
});

describe("what no repetition mends is a fault:", () => {
  test.each([
    ["a missing permission", refuse("AccessDeniedException")],
    ["a missing table", refuse("ResourceNotFoundException")],
    ["unknown credentials", refuse("UnrecognizedClientException")],
    ["an expired session", refuse("ExpiredTokenException")],
    ["a request that is not valid", refuse("ValidationException")],
    ["an answer of a proxy that forbids", answer(403, "<html>no</html>")],
    ["a condition that failed", refuse("ConditionalCheckFailedException")],
    ["a transaction whose condition failed", cancelled("ConditionalCheckFailed", "None")],
    ["a transaction that is not valid", cancelled("ValidationError", "None")],
    ["one that is throttled besides", cancelled("ValidationError", "ThrottlingError")],
    ["a transaction cancelled without a reason", refuse("TransactionCanceledException")],
  ])("%s", async (_, behaviour) => {
    server.next(behaviour);
    expect(verdictOn(await errorFrom(server.url))).toBe("fault");
  });

  test("credentials that cannot be had, and errors of our own", async () => {
    const missing = Object.assign(new Error("no credentials"), {
      name: "CredentialsProviderError",
    });
    const mistake = Object.assign(new TypeError("no"), { code: "ERR_INVALID_ARG_TYPE" });
    for (const error of [missing, mistake, "a string", undefined])
      expect(verdictOn(error)).toBe("fault");
  });
});

describe("waiting for a read", () => {
  test("gives what the store answers", async () => {
    expect(await whenAnswered("The store", Promise.resolve(7))).toBe(7);
  });

  test("refuses as unavailable while the store does not answer, and tells why", async () => {
    server.next(refuse("ThrottlingException"));
    const error = await errorFrom(server.url);
    const cause = "ThrottlingException: ThrottlingException (request unknown, attempts: 1)";
    await expect(whenAnswered("The store", Promise.reject(error))).rejects.toMatchObject({
      name: "Refusal",
      kind: "unavailable",
      message: "The store does not answer.",
      facts: { retryAfter: 1 },
      cause,
    });
  });

  test("throws faults on as they are", async () => {
    server.next(refuse("AccessDeniedException"));
    const fault = await errorFrom(server.url);
    await expect(whenAnswered("The store", Promise.reject(fault))).rejects.toBe(fault);
  });
});
