import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { endpoint } from "../../../lambdas/http/endpoint.ts";
import { createTeller } from "../../../lambdas/telling.ts";
import { Refusal } from "../../../lib/core/errors.ts";
import { contextWith, httpEvent } from "./event.ts";

const logged: string[] = [];

beforeEach(() => {
  vi.stubEnv("POWERTOOLS_METRICS_NAMESPACE", "Everfold/test");
  logged.length = 0;
  answered.length = 0;
  for (const stream of [process.stdout, process.stderr])
    vi.spyOn(stream, "write").mockImplementation((text) => {
      logged.push(String(text));
      return true;
    });
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

const answered: number[] = [];
const run = (work: Parameters<typeof endpoint>[1], leftMs = 60_000) => {
  const handler = endpoint(createTeller("query"), work, (status) => answered.push(status));
  return handler(httpEvent({ headers: { "correlation-id": "order-7" } }), contextWith(leftMs));
};
const lines = () => logged.map((line): object => JSON.parse(line));
const told = () => lines().filter((line) => "_aws" in line);
const linesOf = (level: string) =>
  lines().filter((line) => "level" in line && line.level === level);
const errors = () => linesOf("ERROR");
const timing = (rt: number, rcu: number, wcu: number): string =>
  `rt;desc="${rt}", rcu;desc="${rcu}", wcu;desc="${wcu}"`;

describe("a function's endpoint", () => {
  test("answers with what the work gives, and its price", async () => {
    expect(await run(async () => ({ status: 200, body: { a: 1 } }))).toEqual({
      statusCode: 200,
      headers: { "content-type": "application/json", "server-timing": timing(0, 0, 0) },
      body: '{"a":1}',
    });
  });

  test("tells each request's own price, however requests overlap, and in the line, too", async () => {
    const used = { roundTrips: 2, readUnits: 0.5, writeUnits: 3 };
    const later = run(async (_, __, meter) => {
      meter.add(used);
      await new Promise((resolve) => setTimeout(resolve, 10));
      throw new Refusal("rejected", "No.");
    });
    const sooner = await run(async (_, __, meter) => {
      meter.add({ roundTrips: 1 });
      return { status: 200 };
    });
    expect(sooner.headers).toMatchObject({ "server-timing": timing(1, 0, 0) });
    expect((await later).headers).toMatchObject({ "server-timing": timing(2, 0.5, 3) });
    expect(told()).toMatchObject([
      { RoundTrips: 1, ReadUnits: 0 },
      { RoundTrips: 2, ReadUnits: 0.5, WriteUnits: 3 },
    ]);
  });

  test("tells of a request in one line: its ids, its route, what it was about and its status", async () => {
    await run(async (_, about) => {
      about({ stream: "jar-j1" });
      return { status: 201 };
    });
    expect(lines()).toMatchObject([
      {
        level: "INFO",
        message: "A request was answered.",
        requestId: "request-1",
        correlationId: "order-7",
        function_request_id: "invocation-1",
        routeKey: "POST /jars/{id}/put",
        stream: "jar-j1",
        status: 201,
      },
    ]);
    expect(answered).toEqual([201]);
  });

  test("learns the status of a refusal, too", async () => {
    await run(async () => {
      throw new Refusal("conflict", "Too many writers.");
    });
    expect(answered).toEqual([409]);
  });

  test("answers a refusal as a problem, with its price, and logs no error", async () => {
    const result = await run(async () => {
      throw new Refusal("rejected", "No.", { code: "cart-empty" });
    });
    expect(result).toMatchObject({
      statusCode: 422,
      headers: {
        "content-type": "application/problem+json",
        "server-timing": timing(0, 0, 0),
      },
    });
    expect(JSON.parse(String(result.body))).toMatchObject({ code: "cart-empty" });
    expect(errors()).toEqual([]);
    expect(told()).toMatchObject([{ status: 422 }]);
  });

  test("answers a fault with the request's id, and logs what it was", async () => {
    const result = await run(async () => {
      throw new TypeError("broken");
    });
    expect(result.statusCode).toBe(500);
    expect(result.headers).toHaveProperty("server-timing");
    expect(String(result.body)).not.toContain("broken");
    expect(JSON.parse(String(result.body))).toMatchObject({ requestId: "request-1" });
    expect(errors()).toMatchObject([
      {
        requestId: "request-1",
        routeKey: "POST /jars/{id}/put",
        error: { name: "TypeError", message: "broken" },
      },
    ]);
  });

  test("logs that something it needs is not to be had", async () => {
    const result = await run(async () => {
      throw new Refusal("unavailable", "The store is silent.", { retryAfter: 1 });
    });
    expect(result).toMatchObject({ statusCode: 503, headers: { "retry-after": "1" } });
    expect(linesOf("WARN")).toHaveLength(1);
    expect(errors()).toEqual([]);
  });

  test("answers before the function's own time is up", async () => {
    const result = await run(() => new Promise(() => {}), 300);
    expect(result.statusCode).toBe(500);
    expect(errors()).toHaveLength(1);
  });
});
