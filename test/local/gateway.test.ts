import { Agent, request as send } from "node:http";
import { afterEach, describe, expect, test, vi } from "vitest";
import type { Handler } from "../../local/function.ts";
import type { GatewayOptions } from "../../local/gateway.ts";
import { bodyBytesMax } from "../../local/request-body.ts";
import { StartupFault } from "../../local/startup-fault.ts";
import { askedAs } from "./asked-as.ts";
import { asAlice, type FakeGateway, startFakeGateway } from "./fake-gateway.ts";

let gateway: FakeGateway | undefined;

const open = async (
  handler: Handler = async () => ({ statusCode: 200 }),
  more: Partial<GatewayOptions> & { readonly timeoutMs?: number } = {},
): Promise<FakeGateway> => {
  gateway = await startFakeGateway(handler, more);
  return gateway;
};

afterEach(async () => {
  await gateway?.stop();
  gateway = undefined;
});

describe("who may enter", () => {
  test.each([
    ["no header", {}],
    ["a bad token", { authorization: "Bearer forged" }],
    ["another scheme", { authorization: "Basic good" }],
    ["an empty token", { authorization: "Bearer " }],
  ])("nobody with %s: 401 as a problem, and no function is called", async (_, headers) => {
    const { url, calls } = await open();
    const answer = await fetch(`${url}/accounts`, { headers });
    expect(answer.status).toBe(401);
    expect(answer.headers.get("www-authenticate")).toMatch(/^Bearer /);
    expect(answer.headers.get("content-type")).toBe("application/problem+json");
    expect(await answer.json()).toMatchObject({ status: 401, requestId: expect.any(String) });
    expect(calls).toEqual([]);
  });

  test("anyone on an open route, without claims", async () => {
    const { url, calls } = await open();
    expect((await fetch(`${url}/health`)).status).toBe(200);
    expect(calls[0]?.event).not.toHaveProperty("requestContext.authorizer");
  });

  test("nobody on an unknown path without a token", async () => {
    const { url } = await open();
    expect((await fetch(`${url}/nothing`)).status).toBe(401);
  });
});

describe("a name that leads here by a trick", () => {
  const local = [
    {
      method: "POST" as const,
      path: "/local/token",
      answer: async () => ({ status: 200, headers: {}, body: "a token for anybody" }),
    },
  ];

  test("gets nothing: 421 as a problem, and neither function nor local route is asked", async () => {
    const { url, calls } = await open(undefined, { local, corsOrigins: ["*"] });
    const { port } = new URL(url);
    const host = `evil.example:${port}`;
    for (const [path, method] of [
      ["/local/token", "POST"],
      ["/accounts", "GET"],
      ["/accounts", "OPTIONS"],
      ["/nothing", "GET"],
    ] as const) {
      const page = { origin: `http://${host}`, "access-control-request-method": "GET" };
      const answer = await askedAs(url + path, { ...asAlice, ...page, host }, { method });
      expect(answer.status).toBe(421);
      expect(answer.headers["content-type"]).toBe("application/problem+json");
      expect(JSON.parse(answer.body)).toMatchObject({
        status: 421,
        detail: expect.stringContaining(host),
        requestId: expect.any(String),
      });
    }
    expect(calls).toEqual([]);
  });

  test("is none of this machine's own names", async () => {
    const { url } = await open(undefined, { local });
    const { port } = new URL(url);
    for (const host of [`localhost:${port}`, `127.0.0.1:${port}`, `[::1]:${port}`])
      expect((await askedAs(`${url}/accounts`, { ...asAlice, host })).status).toBe(200);
  });
});

describe("a page in a browser", () => {
  const origin = "http://localhost:5173";
  const asks = { origin, "access-control-request-method": "POST" };

  test("is not answered to while no origin is named", async () => {
    const { url } = await open();
    expect((await askedAs(`${url}/accounts`, asks, { method: "OPTIONS" })).status).toBe(401);
    const answer = await askedAs(`${url}/accounts`, { ...asAlice, origin });
    expect(answer.status).toBe(200);
    expect(Object.keys(answer.headers).filter((name) => /^access-control/.test(name))).toEqual([]);
  });

  test("may ask without a token, when its origin is named, and no function is called", async () => {
    const { url, calls } = await open(undefined, { corsOrigins: [origin] });
    const answer = await askedAs(`${url}/accounts/1/deposit`, asks, { method: "OPTIONS" });
    expect(answer).toMatchObject({
      status: 204,
      headers: {
        "access-control-allow-origin": origin,
        "access-control-allow-headers": expect.stringContaining("idempotency-key"),
      },
    });
    expect(calls).toEqual([]);
  });

  test.each([
    ["an answer", asAlice, 200],
    ["a refusal of the gateway's own", {}, 401],
  ])("is shown %s, then", async (_, headers, status) => {
    const { url } = await open(undefined, { corsOrigins: [origin] });
    const answer = await askedAs(`${url}/accounts`, { ...headers, origin });
    expect(answer).toMatchObject({
      status,
      headers: {
        "access-control-allow-origin": origin,
        "access-control-expose-headers": expect.stringContaining("consistency-token"),
      },
    });
  });
});

describe("where a request goes", () => {
  test.each([
    ["GET", "/accounts", "query", "GET /accounts"],
    ["GET", "/accounts/7f3a", "query", "GET /accounts/{id}"],
    ["GET", "/accounts/latest", "query", "GET /accounts/latest"],
    ["POST", "/accounts/7f3a/deposit", "command", "POST /accounts/{id}/deposit"],
    ["DELETE", "/people/alice", "people", "DELETE /people/{sub}"],
    ["PUT", "/accounts/7f3a", "query", "$default"],
    ["GET", "/accounts/", "query", "$default"],
    ["GET", "/nothing/at/all", "query", "$default"],
  ])("%s %s is for %s as %s", async (method, path, name, routeKey) => {
    const { url, calls } = await open();
    await fetch(url + path, { method, headers: asAlice });
    expect(calls).toMatchObject([{ name, event: { routeKey, requestContext: { routeKey } } }]);
  });

  test("everything but a GET may have written", async () => {
    const { url, writes } = await open();
    await fetch(`${url}/accounts`, { headers: asAlice });
    expect(writes()).toBe(0);
    await fetch(`${url}/accounts/1/deposit`, { method: "POST", headers: asAlice });
    expect(writes()).toBe(1);
  });
});

describe("what the caller gets", () => {
  test("the answer of the function, with the request's id", async () => {
    const body = JSON.stringify({ version: 3 });
    const { url } = await open(async () => ({
      statusCode: 201,
      headers: { ETag: '"3"', "Content-Type": "application/json" },
      body,
    }));
    const answer = await fetch(`${url}/accounts`, { headers: asAlice });
    expect([answer.status, answer.headers.get("etag")]).toEqual([201, '"3"']);
    expect(answer.headers.get("apigw-requestid")).toMatch(/^[0-9a-f-]{36}$/);
    expect(await answer.text()).toBe(body);
  });

  const crash: Handler = async () => {
    throw new Error("secret detail");
  };
  test.each<[string, Handler]>([
    ["crashes", crash],
    ["answers what is no answer", async () => ({ statusCode: "often" })],
    [
      "answers a header that cannot be sent",
      async () => ({ statusCode: 200, headers: { a: "\n" } }),
    ],
  ])("a 500 problem when the function %s; the reason is logged, not told", async (_, handler) => {
    const { url, lines } = await open(handler);
    const answer = await fetch(`${url}/accounts`, { headers: asAlice });
    const problem = await answer.text();
    expect(answer.status).toBe(500);
    expect(JSON.parse(problem)).toMatchObject({ status: 500, requestId: expect.any(String) });
    expect(problem).not.toContain("secret");
    expect(lines).toEqual([expect.stringContaining(JSON.parse(problem).requestId)]);
  });

  test("a 500 problem when the function takes longer than its limit", async () => {
    const { url } = await open(() => new Promise(() => undefined), { timeoutMs: 30 });
    expect((await fetch(`${url}/accounts`, { headers: asAlice })).status).toBe(500);
  });

  test("a 413 problem for more than 10 MB, without calling the function", async () => {
    const { url, calls } = await open();
    const body = Buffer.alloc(bodyBytesMax + 1);
    const init = { method: "POST", headers: asAlice, body };
    const answer = await fetch(`${url}/accounts/1/deposit`, init);
    expect(answer.status).toBe(413);
    expect(await answer.json()).toMatchObject({ status: 413 });
    expect(calls).toEqual([]);
  });

  test("a 431 for headers that are too large", async () => {
    const { url } = await open();
    const headers = { ...asAlice, filler: "x".repeat(12_000) };
    expect((await fetch(`${url}/accounts`, { headers })).status).toBe(431);
  });

  test("the answer of a route of the local host, without a token", async () => {
    const answered = { status: 200, headers: {}, body: "mine" };
    const { url, calls } = await open(undefined, {
      local: [{ method: "GET", path: "/local/thing", answer: async () => answered }],
    });
    expect(await (await fetch(`${url}/local/thing`)).text()).toBe("mine");
    expect(calls).toEqual([]);
  });
});

test("a client that breaks off while it sends is forgotten without a word", async () => {
  const { url, calls, lines } = await open();
  const { hostname, port } = new URL(url);
  const path = "/accounts/1/deposit";
  const headers = { ...asAlice, "content-length": "1000" };
  const request = send({ hostname, port, path, method: "POST", headers });
  request.on("error", () => undefined);
  await new Promise((resolve) => request.write("half", resolve));
  request.destroy();
  expect((await fetch(`${url}/accounts`, { headers: asAlice })).status).toBe(200);
  expect([calls.length, lines]).toEqual([1, []]);
});

test("stopping answers what is under way and refuses what comes later", async () => {
  let finish: (() => void) | undefined;
  const slow = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const { url, calls, stop } = await open(async () => {
    await slow;
    return { statusCode: 200, body: "done" };
  });
  const agent = new Agent({ keepAlive: true });
  const idle = new Promise((resolve) => {
    send(`${url}/nothing`, { agent }, (response) => response.resume().on("end", resolve)).end();
  });
  await idle;
  const underWay = fetch(`${url}/accounts`, { headers: asAlice });
  await vi.waitFor(() => expect(calls).toHaveLength(1));
  const stopped = stop();
  await expect(fetch(`${url}/accounts`, { headers: asAlice })).rejects.toThrow();
  finish?.();
  expect(await (await underWay).text()).toBe("done");
  await stopped;
  gateway = undefined;
  agent.destroy();
});

test("a busy port is told with a way out", async () => {
  const { url } = await open();
  const port = Number(new URL(url).port);
  const refusal = await startFakeGateway(async () => undefined, { port }).catch((error) => error);
  expect(refusal).toBeInstanceOf(StartupFault);
  expect(refusal).toMatchObject({
    message: `Port ${port} is in use.`,
    wayOut: expect.stringContaining(`PORT=${port + 1}`),
  });
});
