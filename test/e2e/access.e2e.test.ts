import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Route } from "../../lib/core/system/route.ts";
import { registry } from "../../lib/domains/index.ts";
import { openIssuer } from "../../local/issuer.ts";
import { type Host, startHost, type User } from "./host.ts";
import { settle, type Town } from "./town.ts";

let host: Host;
let town: Town;

beforeAll(async () => {
  host = await startHost();
  town = await settle(host);
});
afterAll(() => host.stop());

const closed = registry.routes.filter(({ open }) => !open);
const pathOf = ({ path }: Route): string =>
  path
    .replace("{name}", "accounts")
    .replace("{sub}", "ann")
    .replaceAll(/\{\w+\}/g, "a");

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");

describe("a request without a good token", () => {
  const refusedOn = async (token: string | undefined, scheme = "Bearer"): Promise<Route[]> => {
    const let_in: Route[] = [];
    for (const route of closed) {
      const headers = token === undefined ? {} : { authorization: `${scheme} ${token}` };
      const {
        status,
        headers: answered,
        body,
      } = await host.http(pathOf(route), {
        method: route.method,
        headers,
      });
      const isRefused =
        status === 401 &&
        answered["www-authenticate"]?.startsWith("Bearer") &&
        answered["content-type"] === "application/problem+json" &&
        Object(body).status === 401;
      if (!isRefused) let_in.push(route);
    }
    return let_in;
  };

  test("is refused on every route that is not open", async () => {
    expect(closed.length).toBeGreaterThan(40);
    expect(await refusedOn(undefined)).toEqual([]);
  });

  test.each(["", "nonsense", "a.b.c"])("is refused with %j for a token", async (token) => {
    expect(await refusedOn(token)).toEqual([]);
  });

  test("is refused with another scheme", async () => {
    expect(await refusedOn(town.ann.token, "Basic")).toEqual([]);
  });

  test("is refused when the token has expired", async () => {
    const issuer = await openIssuer({ dataDir: host.dataDir });
    const expired = await issuer.issue({ sub: "ann", groups: ["admin"], hours: -1 });
    expect(await refusedOn(expired)).toEqual([]);
    const fresh = await issuer.issue({ sub: "ann", hours: 1 });
    expect(await host.http("/accounts/a", { token: fresh })).toMatchObject({ status: 200 });
  });

  test("is refused when somebody else has signed the token", async () => {
    const elsewhere = await mkdtemp(join(tmpdir(), "everfold-forger-"));
    const forger = await openIssuer({ dataDir: elsewhere });
    expect(await refusedOn(await forger.issue({ sub: "ann", groups: ["admin"] }))).toEqual([]);
    await rm(elsewhere, { recursive: true });
  });

  test("is refused when the token was changed after it was signed", async () => {
    const [head = "", , signature = ""] = town.ann.token.split(".");
    const exp = Math.floor(Date.now() / 1000) + 600;
    const claims = { sub: "root", "cognito:groups": ["admin"], exp, iat: exp - 600 };
    const iss = { iss: "https://issuer.everfold.local", aud: "everfold" };
    expect(await refusedOn(`${head}.${part({ ...claims, ...iss })}.${signature}`)).toEqual([]);
    expect(await refusedOn(`${part({ alg: "none" })}.${part({ ...claims, ...iss })}.`)).toEqual([]);
  });

  test("is refused on paths that do not exist, too", async () => {
    expect(await host.http("/nowhere")).toMatchObject({ status: 401 });
  });

  test.each(["/health", "/openapi.json"])("is welcome on %s", async (path) => {
    expect(await host.http(path)).toMatchObject({ status: 200 });
    expect(await host.http(path, { token: "nonsense" })).toMatchObject({ status: 200 });
  });

  test("is welcome on no other route", () => {
    const open = registry.routes.filter((route) => route.open).map(({ path }) => path);
    expect(open.sort()).toEqual(["/health", "/openapi.json"]);
  });
});

const who = ["ann", "eve", "aud", "root"] as const;
type Answers = readonly [owner: number, stranger: number, auditor: number, admin: number];

const all = (status: number): Answers => [status, status, status, status];
const owned: Answers = [200, 403, 200, 200];
const supervised: Answers = [403, 403, 200, 200];
const operated: Answers = [403, 403, 403, 200];

/** What each query answers to whom. What is under one path for each user is there for its owner only. */
const queries: Readonly<Record<string, Answers>> = {
  "/accounts": all(200),
  "/accounts?owner=ann": owned,
  "/accounts/a": owned,
  "/accounts/a?version=1": owned,
  "/accounts/a/history": owned,
  "/accounts/a/integrity": owned,
  "/carts": all(200),
  "/carts?owner=ann": owned,
  "/carts/a": owned,
  "/carts/a/history": owned,
  "/carts/a/integrity": owned,
  "/documents": all(200),
  "/documents?owner=ann": owned,
  "/documents/a": owned,
  "/documents/a/history": owned,
  "/documents/a/integrity": owned,
  "/documents/a/log": owned,
  "/documents/a/diff?from=1&to=2": owned,
  "/rides": all(200),
  "/rides?owner=ann": owned,
  "/rides?driver=dan": [403, 403, 200, 200],
  "/rides/a": owned,
  "/rides/a/history": owned,
  "/rides/a/integrity": owned,
  "/playbacks": all(200),
  "/playbacks?owner=ann": owned,
  "/playbacks/a": [200, 404, 404, 404],
  "/playbacks/a/history": [200, 404, 404, 404],
  "/playbacks/a/integrity": [200, 404, 404, 404],
  "/posts/a": all(200),
  "/views/balances?user=ann": owned,
  "/views/audit?user=ann": owned,
  "/views/vips?currency=USD": supervised,
  "/views/withdrawals?month=2026-10&currency=USD": supervised,
  "/views/removed-items?sku=tea": supervised,
  "/views/continue-watching": all(200),
  "/people/ann/export": [200, 403, 403, 200],
  "/admin/views": operated,
  "/admin/audit": operated,
  "/admin/dead-letters": operated,
};

const statuses = async (ask: (user: User) => Promise<{ status: number }>): Promise<number[]> => {
  const answered: number[] = [];
  for (const name of who) answered.push((await ask(town[name])).status);
  return answered;
};

describe("who may read", () => {
  test.each(Object.entries(queries))(
    "GET %s: owner, stranger, auditor, admin: %j",
    async (path, expected) => {
      expect(await statuses((user) => user.get(path))).toEqual(expected);
    },
  );

  test("is said here of every route", () => {
    const asked = new Set(Object.keys(queries).map((path) => path.split("?")[0]));
    const known = closed.filter(({ method }) => method === "GET").map(pathOf);
    expect(known.filter((path) => !asked.has(path))).toEqual([]);
  });

  test("the driver reads the ride that they were assigned, and lists it", async () => {
    const { dan } = town;
    for (const path of ["/rides/a", "/rides/a/history", "/rides/a/integrity", "/rides?driver=dan"])
      expect(await dan.get(path)).toMatchObject({ status: 200 });
    expect(await dan.get("/rides?owner=ann")).toMatchObject({ status: 403 });
    expect(await dan.get("/accounts/a")).toMatchObject({ status: 403 });
  });

  test("a refusal tells nothing of what is there", async () => {
    const { text } = await town.eve.get("/accounts/a");
    for (const secret of ["Smith", "USD", "1300", "ann@"]) expect(text).not.toContain(secret);
  });
});

/** Bodies that fit, so that only the caller can be what is refused. */
const bodies: Readonly<Record<string, object>> = {
  "/accounts/a/open": {
    owner: { name: "Eve", email: "eve@example.org" },
    currency: "USD",
    initialBalance: 1_000,
  },
  "/accounts/a/deposit": { amount: 1 },
  "/accounts/a/withdraw": { amount: 1 },
  "/accounts/a/transfer": { to: "b", amount: 1 },
  "/accounts/a/close": {},
  "/carts/a/add": { sku: "tea", quantity: 1, price: 1 },
  "/carts/a/remove": { sku: "tea", quantity: 1 },
  "/carts/a/checkout": {},
  "/documents/a/create": { title: "Plan", body: "one\n" },
  "/documents/a/edit": { body: "three\n" },
  "/documents/a/rename": { title: "Map" },
  "/documents/a/revert": { to: 1 },
  "/rides/a/book": { pickup: "Home", destination: "Work" },
  "/rides/a/assign": { driver: "eve" },
  "/rides/a/start": {},
  "/rides/a/complete": { fare: 1, currency: "USD" },
  "/rides/a/cancel": {},
  "/admin/views/accounts/rebuild": {},
  "/admin/audit": {},
  "/admin/dead-letters/redrive": {},
};

describe("who may command", () => {
  test.each(Object.entries(bodies))("POST %s: no stranger, and no auditor", async (path, body) => {
    for (const user of [town.eve, town.aud])
      expect(await user.post(path, body)).toMatchObject({ status: 403 });
  });

  test("is said here of every route, but where everybody has a stream of their own", () => {
    const known = closed
      .filter(({ method, path }) => method === "POST" && !/^\/(posts|playbacks)\//.test(path))
      .map(pathOf);
    expect(known.filter((path) => !(path in bodies))).toEqual([]);
  });

  test("what was refused has changed nothing", async () => {
    const versions = async (path: string) => Object((await town.ann.get(path)).body).version;
    expect(
      await Promise.all(["/accounts/a", "/carts/a", "/documents/a", "/rides/a"].map(versions)),
    ).toEqual([3, 2, 2, 2]);
  });

  test("the rider assigns nobody, and starts nothing", async () => {
    const { ann } = town;
    expect(await ann.post("/rides/a/assign", { driver: "ann" })).toMatchObject({ status: 403 });
    expect(await ann.post("/rides/a/start")).toMatchObject({ status: 403 });
    expect(await ann.post("/rides/a/complete", { fare: 1, currency: "USD" })).toMatchObject({
      status: 403,
    });
  });

  test("a stream that does not exist is decided by the domain", async () => {
    const { eve } = town;
    const codes = {
      "/accounts/none/deposit": "account-not-open",
      "/carts/none/checkout": "cart-empty",
      "/documents/none/edit": "document-not-created",
      "/rides/none/start": "ride-not-requested",
      "/rides/none/cancel": "ride-not-requested",
    };
    for (const [path, code] of Object.entries(codes))
      expect(await eve.post(path, bodies[path.replace("none", "a")])).toMatchObject({
        status: 422,
        body: { code },
      });
  });

  test("nobody but the person and admins erases a person", async () => {
    for (const user of [town.eve, town.aud])
      expect(await user.send("/people/ann", { method: "DELETE" })).toMatchObject({ status: 403 });
    expect(await town.ann.get("/accounts/a")).not.toHaveProperty("body.erased");
  });

  test("an admin may do everything, in the name of the owner's stream", async () => {
    const { root, ann } = town;
    expect(await root.post("/accounts/a/deposit", { amount: 1 })).toMatchObject({ status: 200 });
    expect(await root.post("/documents/a/rename", { title: "Map" })).toMatchObject({ status: 200 });
    const { body } = await ann.get("/accounts/a/history");
    expect(Object(body).items.at(-1)).toMatchObject({ version: 4, actor: "root" });
  });
});

describe("roles", () => {
  test.each([
    ["in the text that API Gateway may pass on", ["auditor", "staff"], 200],
    ["only by their whole name", ["auditors"], 403],
    ["of no group", [], 403],
  ])("come from the token's groups: %s", async (_, groups, status) => {
    const user = await host.as("someone", ...groups);
    expect(await user.get("/views/vips?currency=USD")).toMatchObject({ status });
  });
});
