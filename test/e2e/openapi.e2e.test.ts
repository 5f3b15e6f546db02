import { afterAll, beforeAll, expect, test } from "vitest";
import { routeKey } from "../../lib/core/system/route.ts";
import { registry } from "../../lib/domains/index.ts";
import { differsFromDescription } from "./described.ts";
import { type Host, startHost } from "./host.ts";

let host: Host;
beforeAll(async () => {
  host = await startHost();
});
afterAll(() => host.stop());

const owner = { name: "Ann", email: "ann@example.com" };
const open = { owner, currency: "USD", initialBalance: 2_000_000 };
const places = { pickup: "Home", destination: "Work" };
const item = { sku: "apple", quantity: 3, price: 100 };
const page = { title: "Title", body: "one\n" };

/** One call: who, the route, its path's parameters, its query or body, and headers. */
type Call = readonly [
  who: string,
  route: string,
  parameters?: Readonly<Record<string, string>>,
  sent?: unknown,
  headers?: Readonly<Record<string, string>>,
];

const a1 = { id: "a1" };
const r1 = { id: "r1" };
const c1 = { id: "c1" };
const d1 = { id: "d1" };
const p1 = { postId: "p1" };
const t1 = { title: "t1" };

/** Every route at least once, refusals and faults of the sender included, in an order that makes sense. */
const calls: readonly Call[] = [
  ["nobody", "GET /health"],
  ["nobody", "GET /openapi.json"],
  ["nobody", "GET /accounts"],
  ["ann", "POST /accounts/{id}/open", a1, open],
  ["ann", "POST /accounts/{id}/open", a1, open],
  ["ann", "POST /accounts/{id}/open", { id: "a 1" }, open],
  ["ann", "POST /accounts/{id}/open", { id: "a2" }, { ...open, initialBalance: 0 }],
  ["bob", "POST /accounts/{id}/deposit", a1, { amount: 5 }],
  ["ann", "POST /accounts/{id}/deposit", a1, { amount: 2_000_000, memo: "salary" }],
  ["ann", "POST /accounts/{id}/deposit", a1, { amount: -1 }],
  ["ann", "POST /accounts/{id}/withdraw", a1, { amount: 7 }, { "if-match": '"1"' }],
  ["ann", "POST /accounts/{id}/withdraw", a1, { amount: 7 }],
  ["ann", "POST /accounts/{id}/transfer", a1, { to: "a2", amount: 5 }],
  ["ann", "POST /accounts/{id}/close", a1],
  ["ann", "GET /accounts/{id}", a1],
  ["ann", "GET /accounts/{id}", { id: "none" }],
  ["bob", "GET /accounts/{id}", a1],
  ["ann", "GET /accounts", {}, "?limit=1"],
  ["ann", "GET /accounts", {}, "?limit=0"],
  ["ann", "GET /accounts/{id}/history", a1],
  ["ann", "GET /accounts/{id}/integrity", a1],
  ["ann", "GET /views/balances", {}, "?user=ann"],
  ["ann", "GET /views/audit", {}, "?user=ann&limit=2"],
  ["root", "GET /views/vips", {}, "?currency=USD"],
  [
    "root",
    "GET /views/withdrawals",
    {},
    `?month=${new Date().toISOString().slice(0, 7)}&currency=USD`,
  ],
  ["ann", "POST /rides/{id}/book", r1, places],
  ["root", "POST /rides/{id}/assign", r1, { driver: "bob" }],
  ["bob", "POST /rides/{id}/start", r1],
  ["bob", "POST /rides/{id}/complete", r1, { fare: 900, currency: "USD" }],
  ["ann", "POST /rides/{id}/cancel", r1],
  ["bob", "GET /rides/{id}", r1],
  ["bob", "GET /rides", {}, "?driver=bob"],
  ["ann", "GET /rides/{id}/history", r1],
  ["ann", "GET /rides/{id}/integrity", r1],
  ["ann", "POST /posts/{postId}/like", p1],
  ["ann", "POST /posts/{postId}/unlike", p1],
  ["bob", "GET /posts/{postId}", p1],
  ["ann", "POST /carts/{id}/add", c1, item],
  ["ann", "POST /carts/{id}/remove", c1, { sku: "apple", quantity: 1 }],
  ["ann", "POST /carts/{id}/checkout", c1],
  ["ann", "GET /carts/{id}", c1],
  ["ann", "GET /carts", {}],
  ["ann", "GET /carts/{id}/history", c1],
  ["ann", "GET /carts/{id}/integrity", c1],
  ["root", "GET /views/removed-items", {}, "?sku=apple"],
  ["ann", "POST /playbacks/{title}/start", t1],
  ["ann", "POST /playbacks/{title}/progress", t1, { position: 10 }],
  ["ann", "POST /playbacks/{title}/stop", t1, { position: 20 }],
  ["ann", "GET /views/continue-watching", {}],
  ["ann", "POST /playbacks/{title}/finish", t1],
  ["ann", "GET /playbacks/{title}", t1],
  ["ann", "GET /playbacks", {}],
  ["ann", "GET /playbacks/{title}/history", t1],
  ["ann", "GET /playbacks/{title}/integrity", t1],
  ["ann", "POST /documents/{id}/create", d1, page],
  ["ann", "POST /documents/{id}/edit", d1, { body: "one\ntwo\n", message: "more" }],
  ["ann", "POST /documents/{id}/rename", d1, { title: "Other" }],
  ["ann", "POST /documents/{id}/revert", d1, { to: 1 }],
  ["ann", "GET /documents/{id}", d1, "?version=2"],
  ["ann", "GET /documents", {}],
  ["ann", "GET /documents/{id}/history", d1],
  ["ann", "GET /documents/{id}/integrity", d1],
  ["ann", "GET /documents/{id}/log", d1],
  ["ann", "GET /documents/{id}/diff", d1, "?from=1&to=2"],
  ["root", "POST /admin/views/{name}/rebuild", { name: "balances" }],
  ["root", "POST /admin/audit"],
  ["root", "GET /admin/audit"],
  ["root", "GET /admin/views"],
  ["root", "GET /admin/dead-letters"],
  ["root", "POST /admin/dead-letters/redrive"],
  ["ann", "GET /admin/views"],
  ["ann", "GET /people/{sub}/export", { sub: "ann" }],
  ["ann", "DELETE /people/{sub}", { sub: "ann" }],
  ["ann", "POST /accounts/{id}/open", { id: "a3" }, open],
];

test("every route answers as the description says, and is asked at least once", async () => {
  const users = new Map([
    ["ann", await host.as("ann")],
    ["bob", await host.as("bob")],
    ["root", await host.as("root", "admin")],
  ]);
  const differences: string[] = [];
  for (const [who, route, parameters = {}, sent, headers = {}] of calls) {
    const [method = "", path = ""] = route.split(" ");
    const place = path.replace(/\{(\w+)\}/g, (_, name: string) =>
      encodeURIComponent(parameters[name] ?? ""),
    );
    if (method === "GET") await host.system.idle();
    const query = method === "GET" && typeof sent === "string" ? sent : "";
    const token = users.get(who)?.token;
    const body = method === "POST" ? (sent ?? {}) : undefined;
    const reply = await host.http(`${place}${query}`, {
      method,
      token,
      headers,
      ...(body === undefined ? {} : { body }),
    });
    const type = reply.headers["content-type"] ?? "";
    expect(reply.status, `${route}: ${reply.text}`).toBeLessThan(500);
    const difference = differsFromDescription(method, path, { ...reply, type });
    if (difference !== undefined) differences.push(difference);
  }
  expect(differences).toEqual([]);
  const asked = new Set(calls.map(([, route]) => route));
  expect(registry.routes.map(routeKey).filter((key) => !asked.has(key))).toEqual([]);
});
