import { describe, expect, test } from "vitest";
import { createClient } from "../../lib/client/client.ts";
import account from "../../lib/domains/account/index.ts";
import document from "../../lib/domains/document/index.ts";
import like from "../../lib/domains/like/index.ts";
import playback from "../../lib/domains/playback/index.ts";
import { type Script, scriptedServer, tokenNaming } from "./scripted-server.ts";

const token = tokenNaming({ sub: "ann" });

const clientOf = (...answers: readonly Script[]) => {
  const { wire: world, clock, seen } = scriptedServer(answers);
  const domains = { accounts: account, notes: document, posts: like, playbacks: playback };
  return { api: createClient({ url: "https://api.test/", token, domains, world }), clock, seen };
};
const written = (consistencyToken: string): Script => ({
  body: { id: "a1", version: 2, events: [] },
  headers: { "consistency-token": consistencyToken },
});
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

describe("a command", () => {
  test("goes where its domain has it, under a key of its own", async () => {
    const { api, seen } = clientOf(written("account-a1@2"));
    expect(await api.accounts.deposit("a1", { amount: 5 })).toMatchObject({ version: 2 });
    await api.notes.rename("n/1", { title: "T" });
    await api.posts.like("p1");
    expect(seen.map(({ method, path, body }) => [method, path, body])).toEqual([
      ["POST", "/accounts/a1/deposit", { amount: 5 }],
      ["POST", "/documents/n%2F1/rename", { title: "T" }],
      ["POST", "/posts/p1/like", {}],
    ]);
    const keys = seen.map(({ headers }) => headers["idempotency-key"]);
    for (const key of keys) expect(key).toMatch(uuid);
    expect(new Set(keys).size).toBe(3);
    expect(seen[0]?.headers.authorization).toBe(`Bearer ${token}`);
  });

  test("keeps its key when it is sent again", async () => {
    const { api, seen } = clientOf("breaks", written("account-a1@2"));
    await api.accounts.deposit("a1", { amount: 5 });
    expect(seen).toHaveLength(2);
    expect(seen[1]).toEqual(seen[0]);
  });

  test("takes the key and the version that it is given", async () => {
    const { api, seen } = clientOf({});
    await api.accounts.close("a1", {}, { ifMatch: 7, idempotencyKey: "mine" });
    expect(seen[0]?.headers).toMatchObject({ "if-match": '"7"', "idempotency-key": "mine" });
  });

  test("without a key is sent once, for a second time might do it twice", async () => {
    const { api, seen } = clientOf("breaks", {});
    const sent = api.accounts.deposit("a1", { amount: 5 }, { idempotencyKey: null });
    await expect(sent).rejects.toThrow("got no answer");
    expect(seen).toHaveLength(1);
    expect(seen[0]?.headers).not.toHaveProperty("idempotency-key");
  });

  test("that is refused tells the domain's code", async () => {
    const { api } = clientOf({ status: 422, body: { code: "insufficient-funds" } });
    const refused = api.accounts.withdraw("a1", { amount: 5 });
    await expect(refused).rejects.toMatchObject({ status: 422, code: "insufficient-funds" });
  });
});

describe("a query", () => {
  const pathOf = async (ask: (api: ReturnType<typeof clientOf>["api"]) => Promise<unknown>) => {
    const { api, seen } = clientOf({ body: { items: [] } });
    await ask(api);
    return `${seen[0]?.method} ${seen[0]?.path}`;
  };

  test.each<[string, Parameters<typeof pathOf>[0]]>([
    ["GET /accounts/a1", (api) => api.accounts.get("a1")],
    ["GET /accounts/a1?version=3", (api) => api.accounts.get("a1", { version: 3 })],
    [
      "GET /accounts/a1?at=2026-11-01T00%3A00%3A00.000Z",
      (api) => api.accounts.get("a1", { at: new Date(Date.UTC(2026, 10, 1)) }),
    ],
    ["GET /accounts/a1?at=2026-11-01", (api) => api.accounts.get("a1", { at: "2026-11-01" })],
    ["GET /accounts", (api) => api.accounts.list()],
    ["GET /accounts?owner=bo&limit=2", (api) => api.accounts.list({ owner: "bo", limit: 2 })],
    ["GET /accounts/a1/history?cursor=c", (api) => api.accounts.history("a1", { cursor: "c" })],
    ["GET /accounts/a1/integrity", (api) => api.accounts.integrity("a1")],
    ["GET /documents/n1/log", (api) => api.notes.log("n1")],
    ["GET /documents/n1/diff?from=1&to=2", (api) => api.notes.diff("n1", { from: 1, to: 2 })],
    ["GET /playbacks/dune", (api) => api.playbacks.get("dune")],
    [
      "GET /views/balances?user=ann&limit=1",
      (api) => api.view("balances", { user: "ann", limit: 1 }),
    ],
    ["GET /views/vips?currency=USD", (api) => api.view("vips", { currency: "USD" })],
    ["GET /views/continue-watching", (api) => api.view("continue-watching", {})],
    ["GET /posts/p%201", (api) => api.view("likes", { postId: "p 1" })],
    ["GET /people/a%7Cb/export", (api) => api.people.export("a|b")],
    ["DELETE /people/a%7Cb", (api) => api.people.erase("a|b")],
    ["GET /admin/views", (api) => api.admin.views()],
    ["POST /admin/views/vips/rebuild", (api) => api.admin.rebuild("vips")],
    ["GET /admin/audit", (api) => api.admin.audit()],
    ["POST /admin/audit", (api) => api.admin.startAudit()],
  ])("%s", async (path, ask) => {
    expect(await pathOf(ask)).toBe(path);
  });

  test("to a view that there is not is refused", async () => {
    const { api } = clientOf({});
    const asked: Promise<unknown> = Reflect.apply(api.view, undefined, ["no-such-view", {}]);
    await expect(asked).rejects.toThrow("There is no view no-such-view.");
  });
});

describe("a client's own writes", () => {
  const tokens = ({ seen }: ReturnType<typeof clientOf>) =>
    seen.map(({ headers }) => headers["consistency-token"]);

  test("are seen by its queries for two seconds", async () => {
    const client = clientOf(written("account-a1@2"));
    const { api, clock } = client;
    await api.accounts.get("a1");
    await api.accounts.deposit("a1", { amount: 5 });
    clock.advance(1_999);
    await api.accounts.list();
    await api.view("balances", { user: "ann" });
    clock.advance(1);
    await api.accounts.get("a1");
    expect(tokens(client)).toEqual([
      undefined,
      undefined,
      "account-a1@2",
      "account-a1@2",
      undefined,
    ]);
  });

  test("are seen by whoever is told of them", async () => {
    const [writer, reader] = [clientOf(written("account-a1@2")), clientOf({})];
    await writer.api.accounts.deposit("a1", { amount: 5 });
    reader.api.writes.note(writer.api.writes.token());
    await reader.api.accounts.get("a1");
    expect(tokens(reader)).toEqual(["account-a1@2"]);
  });

  test("are seen for as long as is wanted", async () => {
    const { wire: world, clock, seen } = scriptedServer([written("account-a1@2")]);
    const domains = { accounts: account };
    const api = createClient({ url: "https://api.test", domains, world, readOwnWritesMs: 60_000 });
    await api.accounts.deposit("a1", { amount: 5 });
    clock.advance(59_999);
    await api.accounts.get("a1");
    expect(seen[1]?.headers["consistency-token"]).toBe("account-a1@2");
  });
});

describe("names", () => {
  const withDomain = (name: string, domain: typeof account) => () =>
    createClient({ url: "https://api.test", domains: { [name]: domain } });

  test("of domains must not hide what every client has", () => {
    expect(withDomain("admin", account)).toThrow("A domain cannot be called admin");
  });

  test("of commands must not hide queries", () => {
    const listing = { ...account, routes: { ...account.routes, list: "Open" } };
    expect(withDomain("accounts", listing)).toThrow("a command and a query named list");
  });

  test("of commands must not hide what is shown optimistically", async () => {
    const refreshing = { ...account, routes: { ...account.routes, refresh: "Open" } };
    const { wire: world } = scriptedServer([{ status: 404 }]);
    const options = { url: "https://api.test", token, world, domains: { accounts: refreshing } };
    const followed = createClient(options).accounts.optimistic("a1");
    await expect(followed).rejects.toThrow("The command refresh cannot be sent optimistically.");
  });

  test("of hidden streams' queries do not exist", () => {
    expect(Object.keys(clientOf({}).api.posts)).toEqual(["like", "unlike"]);
  });
});
