import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Issuer, openIssuer } from "../../local/issuer.ts";
import { issuerRoutes, metricsRoute } from "../../local/local-routes.ts";
import { createMetrics } from "../../local/metrics.ts";
import { type FakeGateway, startFakeGateway } from "./fake-gateway.ts";

let dataDir: string;
let issuer: Issuer;
let gateway: FakeGateway;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "everfold-test-"));
  issuer = await openIssuer({ dataDir });
  const local = [...issuerRoutes(issuer), metricsRoute(createMetrics())];
  gateway = await startFakeGateway(async () => undefined, { local });
});

afterAll(async () => {
  await gateway.stop();
  await rm(dataDir, { recursive: true, force: true });
});

const askToken = (body: string) => fetch(`${gateway.url}/local/token`, { method: "POST", body });

const tokenOf = async (answer: Response): Promise<string> => {
  const { token } = (await answer.json()) as { readonly token: string };
  return token;
};

test("a token is for whom it is asked for, with the groups asked for", async () => {
  const answer = await askToken('{"sub":"alice","groups":["admin","auditor"]}');
  expect(await issuer.verify(await tokenOf(answer))).toMatchObject({
    sub: "alice",
    "cognito:groups": ["admin", "auditor"],
  });
  const plain = await tokenOf(await askToken('{"sub":"bob"}'));
  expect(await issuer.verify(plain)).toMatchObject({ sub: "bob", "cognito:groups": [] });
});

test.each(["", "alice", "{}", '{"sub":""}', '{"sub":"a","groups":"admin"}', '{"sub":"a","x":1}'])(
  "refuses the body %j and shows a good one",
  async (body) => {
    const answer = await askToken(body);
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({
      detail: expect.stringContaining('"sub": "alice"'),
    });
  },
);

test("the keys are where verifiers look for them", async () => {
  const answer = await fetch(`${gateway.url}/.well-known/jwks.json`);
  expect(answer.headers.get("content-type")).toBe("application/json");
  expect(await answer.json()).toEqual(issuer.jwks);
});

test("metrics are there without a token, and since when", async () => {
  const answer = await fetch(`${gateway.url}/local/metrics`);
  expect(await answer.json()).toEqual({ since: expect.any(String), items: [] });
});
