import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createClient } from "../../lib/client/client.ts";
import { Problem } from "../../lib/client/problem.ts";
import account from "../../lib/domains/account/index.ts";
import { type System, startSystem } from "../../local/system.ts";
import { pageFetch } from "./page-fetch.ts";

const origin = "http://localhost:5173";
const owner = { name: "Ann", email: "ann@example.com" };

let dataDir: string;
let system: System;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "everfold-test-"));
  system = await startSystem({ port: 0, dataDir, corsOrigins: [origin], log: () => undefined });
});

afterAll(async () => {
  await system.stop();
  await rm(dataDir, { recursive: true, force: true });
});

/** A client in a page, which gets its own token of the local host. */
const clientIn = (page: string, groups: readonly string[] = []) => {
  const fetch = pageFetch(page);
  const token = async (): Promise<string> => {
    const body = JSON.stringify({ sub: "ann", groups });
    const headers = { "content-type": "application/json" };
    const answer = await fetch(`${system.url}/local/token`, { method: "POST", headers, body });
    return Object(await answer.json()).token;
  };
  const sleep = async () => undefined;
  const domains = { accounts: account };
  return createClient({ url: system.url, token, domains, world: { fetch, sleep } });
};

test("a page of an origin that may call has all of the client", async () => {
  const api = clientIn(origin);
  await api.accounts.open("a1", { owner, currency: "USD", initialBalance: 100 });
  const { version } = await api.accounts.deposit("a1", { amount: 11 }, { ifMatch: 1 });
  expect([version, api.writes.token()]).toEqual([2, "account-a1@2"]);
  expect(await api.accounts.get("a1")).toMatchObject({ balance: 111, owner });
  const live = await api.accounts.optimistic("a1");
  await live.withdraw({ amount: 1 });
  expect(live.document).toMatchObject({ balance: 110 });
  expect(await api.view("balances", { user: "ann" })).toMatchObject({
    items: [{ currentBalance: 110 }],
  });
});

test("it is told why it is refused", async () => {
  const refusal = clientIn(origin).accounts.withdraw("a1", { amount: 10_000 });
  await expect(refusal).rejects.toBeInstanceOf(Problem);
  await expect(refusal).rejects.toMatchObject({ status: 422, code: "insufficient-funds" });
});

test("it may send every method, and sees what an answer tells besides its body", async () => {
  expect(await clientIn(origin, ["admin"]).people.erase("nobody")).toMatchObject({
    user: "nobody",
  });
  const authorization = `Bearer ${await system.token("ann")}`;
  const document = `${system.url}/accounts/a1`;
  const { headers } = await pageFetch(origin)(document, { headers: { authorization } });
  expect(headers.get("etag")).toBe('"3"');
  expect(headers.get("server-timing")).toContain("rt;");
  expect(headers.has("apigw-requestid")).toBe(false);
});

test("a page of any other origin can neither ask nor get a token", async () => {
  const other = clientIn("https://other.example");
  await expect(other.accounts.get("a1")).rejects.toThrow("Failed to fetch");
});
