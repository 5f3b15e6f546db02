import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { endpoint } from "../../../lambdas/http/endpoint.ts";
import { Refusal } from "../../../lib/core/errors.ts";
import { contextWith, httpEvent } from "./event.ts";

const logged: string[] = [];

beforeEach(() => {
  logged.length = 0;
  for (const stream of [process.stdout, process.stderr])
    vi.spyOn(stream, "write").mockImplementation((text) => {
      logged.push(String(text));
      return true;
    });
});
afterEach(() => {
  vi.restoreAllMocks();
});

const run = (work: Parameters<typeof endpoint>[0], leftMs = 60_000) =>
  endpoint(work)(httpEvent(), contextWith(leftMs));
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

  test("answers a refusal as a problem, with its price, and logs nothing", async () => {
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
    expect(logged).toEqual([]);
  });

  test("answers a fault with the request's id, and logs what it was", async () => {
    const result = await run(async () => {
      throw new TypeError("broken");
    });
    expect(result.statusCode).toBe(500);
    expect(result.headers).toHaveProperty("server-timing");
    expect(String(result.body)).not.toContain("broken");
    expect(JSON.parse(String(result.body))).toMatchObject({ requestId: "request-1" });
    expect(logged).toHaveLength(1);
    expect(JSON.parse(logged[0] ?? "{}")).toMatchObject({
      level: "ERROR",
      requestId: "request-1",
      routeKey: "POST /jars/{id}/put",
      error: { name: "TypeError", message: "broken" },
    });
  });

  test("logs that something it needs is not to be had", async () => {
    const result = await run(async () => {
      throw new Refusal("unavailable", "The store is silent.", { retryAfter: 1 });
    });
    expect(result).toMatchObject({ statusCode: 503, headers: { "retry-after": "1" } });
    expect(logged).toHaveLength(1);
  });

  test("answers before the function's own time is up", async () => {
    const result = await run(() => new Promise(() => {}), 300);
    expect(result.statusCode).toBe(500);
    expect(logged).toHaveLength(1);
  });
});
