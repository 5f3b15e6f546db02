import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import * as z from "zod/mini";
import {
  type AwsJsonEndpoint,
  AwsRefusal,
  awsOperation,
  startAwsJson,
} from "../../local/aws-json.ts";
import { askedAs } from "./asked-as.ts";

const contentType = "application/x-amz-json-1.1";
let endpoint: AwsJsonEndpoint;
let stopped: boolean;
let waits: Promise<void>;
beforeEach(async () => {
  let begin = () => {};
  waits = new Promise((resolve) => {
    begin = resolve;
  });
  stopped = false;
  endpoint = await startAwsJson({
    target: "Parrots",
    contentType,
    bodyBytesMax: 100,
    operations: {
      Repeat: awsOperation("BadWords", z.object({ words: z.string() }), ({ words }) => ({ words })),
      Refuse: () => {
        throw new AwsRefusal("NotToday", "come back", { status: 403, queryName: "Parrots.No" });
      },
      Fall: () => {
        throw new Error("the perch broke");
      },
      Wait: (_, signal) => {
        begin();
        return new Promise((resolve) =>
          signal.addEventListener("abort", () => resolve({ gone: true })),
        );
      },
    },
  });
});
afterEach(async () => {
  if (!stopped) await endpoint.stop();
});

const call = async (target: string, body: string, headers: Record<string, string> = {}) => {
  const response = await fetch(endpoint.url, {
    method: "POST",
    headers: { "content-type": contentType, "x-amz-target": target, ...headers },
    body,
  });
  return { status: response.status, headers: response.headers, body: await response.json() };
};

describe("an endpoint of an AWS JSON protocol", () => {
  test("answers an operation in the content type of its protocol", async () => {
    const answer = await call("Parrots.Repeat", '{"words":"hello"}');
    expect(answer).toMatchObject({ status: 200, body: { words: "hello" } });
    expect(answer.headers.get("content-type")).toBe(contentType);
    expect(answer.headers.get("x-amzn-requestid")).toMatch(/^[0-9a-f-]{36}$/);
  });

  test("tells a refusal by both of its names", async () => {
    const answer = await call("Parrots.Refuse", "{}");
    expect(answer).toMatchObject({
      status: 403,
      body: { __type: "NotToday", message: "come back" },
    });
    expect(answer.headers.get("x-amzn-query-error")).toBe("Parrots.No;Sender");
  });

  test.each<[string, string, string, string, Record<string, string>?]>([
    ["another service", "Cats.Repeat", "{}", "UnknownOperationException"],
    ["an operation that it has not", "Parrots.Fly", "{}", "UnknownOperationException"],
    ["a name that every object has", "Parrots.constructor", "{}", "UnknownOperationException"],
    ["a body that is not JSON", "Parrots.Repeat", "hello", "SerializationException"],
    ["input of another shape", "Parrots.Repeat", '{"words":7}', "BadWords"],
    [
      "a body that is too large",
      "Parrots.Repeat",
      JSON.stringify({ words: "x".repeat(100) }),
      "RequestEntityTooLargeException",
    ],
    [
      "what a web page may send without asking",
      "Parrots.Repeat",
      '{"words":"hello"}',
      "UnknownOperationException",
      { "content-type": "text/plain" },
    ],
  ])("refuses %s", async (_, target, body, type, headers) => {
    expect(await call(target, body, headers)).toMatchObject({
      status: 400,
      body: { __type: type },
    });
  });

  test("does nothing for a name that leads here by a trick", async () => {
    const headers = { "content-type": contentType, "x-amz-target": "Parrots.Repeat" };
    const sent = { method: "POST", body: '{"words":"hello"}' };
    expect(await askedAs(endpoint.url, headers, sent)).toMatchObject({ status: 200 });
    const host = `evil.example:${new URL(endpoint.url).port}`;
    const answer = await askedAs(endpoint.url, { ...headers, host }, sent);
    expect(answer).toMatchObject({ status: 421, body: expect.stringContaining(host) });
    expect(answer.body).not.toContain("hello");
  });

  test("tells of a fault of its own without the reason, which it logs", async () => {
    const log = vi.spyOn(process.stderr, "write").mockReturnValue(true);
    const answer = await call("Parrots.Fall", "{}");
    const logged = log.mock.calls.join();
    log.mockRestore();
    expect(answer).toMatchObject({ status: 500, body: { __type: "InternalFailure" } });
    expect(JSON.stringify(answer.body)).not.toContain("perch");
    expect(logged).toContain("the perch broke");
  });

  test("ends those that wait when it stops, with an answer", async () => {
    const waiting = call("Parrots.Wait", "{}");
    await waits;
    stopped = true;
    await endpoint.stop();
    expect((await waiting).body).toEqual({ gone: true });
    await expect(call("Parrots.Repeat", "{}")).rejects.toThrow();
  });
});
