import { request as send } from "node:http";
import { afterEach, beforeEach, expect, test } from "vitest";
import { flattenClaims } from "../../local/http-event.ts";
import { asAlice, type FakeGateway, startFakeGateway } from "./fake-gateway.ts";

let gateway: FakeGateway;

beforeEach(async () => {
  gateway = await startFakeGateway(async () => ({ statusCode: 204 }));
});

afterEach(() => gateway.stop());

/** Sends a request as it is given, path and repeated headers included, and returns the event that comes of it. */
const eventOf = async (
  method: string,
  path: string,
  headers: Readonly<Record<string, string | string[]>> = {},
  body: string | Buffer = "",
): Promise<unknown> => {
  const { hostname, port } = new URL(gateway.url);
  await new Promise<void>((resolve, reject) => {
    const options = { hostname, port, method, path, headers: { ...asAlice, ...headers } };
    const request = send(options, (response) => response.resume().once("end", resolve));
    request.once("error", reject);
    request.end(body);
  });
  return gateway.calls.at(-1)?.event;
};

test("an event has everything that an HTTP API tells, and nothing more", async () => {
  const headers = { "content-type": "application/json", "User-Agent": "tester", "If-Match": '"3"' };
  const event = await eventOf("POST", "/accounts/7f3a/deposit?dry=1", headers, '{"amount":1}');
  const { host } = new URL(gateway.url);
  expect(event).toStrictEqual({
    version: "2.0",
    routeKey: "POST /accounts/{id}/deposit",
    rawPath: "/accounts/7f3a/deposit",
    rawQueryString: "dry=1",
    headers: {
      authorization: "Bearer good",
      "content-length": "12",
      "content-type": "application/json",
      host,
      "if-match": '"3"',
      "user-agent": "tester",
      "x-amzn-trace-id": expect.stringMatching(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/),
      "x-forwarded-for": "127.0.0.1",
      "x-forwarded-port": host.split(":")[1],
      "x-forwarded-proto": "http",
    },
    queryStringParameters: { dry: "1" },
    pathParameters: { id: "7f3a" },
    requestContext: {
      accountId: "000000000000",
      apiId: "local",
      authorizer: {
        jwt: { claims: { sub: "alice", "cognito:groups": "[admin auditor]" }, scopes: null },
      },
      domainName: host,
      domainPrefix: "127",
      http: {
        method: "POST",
        path: "/accounts/7f3a/deposit",
        protocol: "HTTP/1.1",
        sourceIp: "127.0.0.1",
        userAgent: "tester",
      },
      requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      routeKey: "POST /accounts/{id}/deposit",
      stage: "$default",
      time: expect.stringMatching(/^\d{2}\/[A-Z][a-z]{2}\/\d{4}:\d{2}:\d{2}:\d{2} \+0000$/),
      timeEpoch: expect.any(Number),
    },
    body: '{"amount":1}',
    isBase64Encoded: false,
  });
});

test("a request without query, body or parameters leaves those parts out", async () => {
  const event = await eventOf("GET", "/accounts");
  expect(event).toMatchObject({ rawQueryString: "", isBase64Encoded: false });
  for (const part of ["queryStringParameters", "pathParameters", "body", "cookies"])
    expect(event).not.toHaveProperty(part);
});

test("repeated query parameters are joined with commas and decoded; the raw ones stay raw", async () => {
  const query = "a=1&b=x%20y&a=2&c=1+1&a=%2C";
  expect(await eventOf("GET", `/accounts?${query}`)).toMatchObject({
    rawQueryString: query,
    queryStringParameters: { a: "1,2,,", b: "x y", c: "1 1" },
  });
});

test.each([
  ["/people/auth0%7Calice%2F1", { sub: "auth0|alice/1" }, "/people/auth0|alice/1"],
  ["/people/%C3%A4", { sub: "ä" }, "/people/ä"],
  ["/people/100%", { sub: "100%" }, "/people/100%"],
])("%s is decoded, in the path and in the parameter", async (path, pathParameters, rawPath) => {
  expect(await eventOf("DELETE", path)).toMatchObject({ pathParameters, rawPath });
});

test("cookies stand apart, and connection headers are not passed on", async () => {
  const event = await eventOf("GET", "/accounts", { cookie: "a=1; b=2", connection: "close" });
  expect(event).toMatchObject({ cookies: ["a=1", "b=2"] });
  expect(event).not.toHaveProperty("headers.cookie");
  expect(event).not.toHaveProperty("headers.connection");
});

test("a repeated header is joined with commas", async () => {
  const event = await eventOf("GET", "/accounts", { "x-thing": ["one", "two"] });
  expect(event).toMatchObject({ headers: { "x-thing": "one, two" } });
});

test("claims become strings: lists in brackets, numbers and truths as words", () => {
  const claims = { "cognito:groups": ["admin", "auditor"], none: [], exp: 1_700_000_000, ok: true };
  expect(flattenClaims({ ...claims, address: { city: "Bern" } })).toEqual({
    "cognito:groups": "[admin auditor]",
    none: "[]",
    exp: "1700000000",
    ok: "true",
    address: '{"city":"Bern"}',
  });
});
