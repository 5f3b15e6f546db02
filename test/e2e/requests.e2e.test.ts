import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { registry } from "../../lib/domains/index.ts";
import { type Host, startHost, type User } from "./host.ts";
import { priceOf, type Reply } from "./http.ts";
import { must, opening } from "./town.ts";

let host: Host;
let ann: User;
let root: User;

beforeAll(async () => {
  host = await startHost();
  ann = await host.as("ann");
  root = await host.as("root", "admin");
  await must(ann.post("/accounts/a/open", opening(100)));
});
afterAll(() => host.stop());

const problem = (status: number, more: object = {}) => ({
  status,
  headers: { "content-type": "application/problem+json" },
  body: {
    type: expect.any(String),
    title: expect.any(String),
    status,
    detail: expect.any(String),
    requestId: expect.any(String),
    ...more,
  },
});
const raw = (body: string | Uint8Array, headers: Readonly<Record<string, string>> = {}) =>
  ann.send("/accounts/a/deposit", { method: "POST", raw: body, headers });
const deposit = (headers: Readonly<Record<string, string | string[]>>) =>
  ann.post("/accounts/a/deposit", { amount: 1 }, headers);
const versionOf = async (id: string): Promise<number> =>
  Object((await must(ann.get(`/accounts/${id}/integrity`))).body).version;

describe("a body", () => {
  test.each([
    ["that is cut off", '{"amount":1'],
    ["that is no JSON", "amount=1"],
    ["with two values", '{"amount":1}{}'],
    ["with a comment", '{"amount":1/**/}'],
    ["with a BOM", '\ufeff{"amount":1}'],
    ["that is nested without end", "[".repeat(50_000)],
  ])("%s is refused", async (_, body) => {
    expect(await raw(body)).toMatchObject(
      problem(400, { errors: [{ field: "body", reason: "is not JSON" }] }),
    );
  });

  test.each([
    ["null", "null"],
    ["a list", "[1]"],
    ["a number", "1"],
    ["a text", '"amount"'],
    ["another type", '{"amount":"1"}'],
    ["a fraction", '{"amount":1.5}'],
    ["less than allowed", '{"amount":0}'],
    ["more than allowed", '{"amount":1000000000001}'],
    ["a number that JSON takes for infinity", '{"amount":1e999}'],
    ["an unknown key", '{"amount":1,"to":"b"}'],
    ["a key that objects inherit", '{"amount":1,"__proto__":{}}'],
    ["nothing that is needed", "{}"],
    ["an ill-formed escape", '{"amount":1,"memo":"\\ud800"}'],
    ["an ill-formed escape in a key", '{"amount":1,"\\udc00":1}'],
  ])("that holds %s is refused", async (_, body) => {
    expect(await raw(body)).toMatchObject(
      problem(400, { errors: [{ field: expect.any(String), reason: expect.any(String) }] }),
    );
  });

  test("whose bytes are not UTF-8 is refused", async () => {
    for (const bytes of [[0xff], [0xed, 0xa0, 0x80], [0xc0, 0x80], [0xf5, 0x80, 0x80, 0x80]]) {
      const memo = Buffer.concat([
        Buffer.from('{"amount":1,"memo":"'),
        Buffer.from(bytes),
        Buffer.from('"}'),
      ]);
      expect(await raw(memo)).toMatchObject(problem(400));
    }
  });

  test("of well-formed Unicode comes back as it was", async () => {
    const memo = "é 日本 😀 \u0000 \u2028 \ud83d\ude00 \ufffd";
    const { body } = await must(raw(JSON.stringify({ amount: 1, memo })));
    const { body: history } = await must(ann.get("/accounts/a/history?limit=100"));
    expect(Object(history).items[Object(body).version - 1].data.memo).toBe(memo);
  });

  test("is an empty object when it is empty", async () => {
    expect(await ann.send("/posts/e/like", { method: "POST" })).toMatchObject({ status: 201 });
    expect(await ann.send("/posts/e/like", { method: "POST", raw: " \n" })).toMatchObject({
      status: 200,
    });
    expect(await ann.send("/accounts/a/deposit", { method: "POST" })).toMatchObject(problem(400));
  });

  test.each(["text/plain", "application/x-www-form-urlencoded", "application/xml", "text/json"])(
    "of type %s is refused",
    async (type) => {
      expect(await raw('{"amount":1}', { "content-type": type })).toMatchObject(problem(415));
    },
  );

  test.each(["application/json; charset=utf-8", "Application/JSON", "application/vnd.x+json"])(
    "of type %s is taken",
    async (type) => {
      expect(await raw('{"amount":1}', { "content-type": type })).toMatchObject({ status: 200 });
    },
  );

  test("has 256 KB at most", async () => {
    const filled = (bytes: number) => `{"amount":1}${" ".repeat(bytes - 12)}`;
    for (const type of ["application/json", "application/vnd.x+json"]) {
      const headers = { "content-type": type };
      expect(await raw(filled(256 * 1024), headers)).toMatchObject({ status: 200 });
      expect(await raw(filled(256 * 1024 + 1), headers)).toMatchObject(problem(413));
    }
    expect(await raw(filled(11 * 1024 * 1024))).toMatchObject({ status: 413 });
  });

  test("that was refused has changed nothing", async () => {
    const before = await versionOf("a");
    await raw('{"amount":1,"memo":"\\ud800"}');
    await raw("{");
    expect(await versionOf("a")).toBe(before);
  });
});

describe("a path", () => {
  test.each([
    ["GET", "/nothing"],
    ["GET", "/accounts/a/nothing"],
    ["GET", "/accounts/a/history/1"],
    ["GET", "/accounts/a/"],
    ["GET", "//accounts/a"],
    ["GET", "/Accounts/a"],
    ["GET", "/accounts/a/deposit"],
    ["POST", "/accounts/a/steal"],
    ["POST", "/accounts/a"],
    ["POST", "/accounts"],
    ["PUT", "/accounts/a"],
    ["DELETE", "/accounts/a"],
    ["PATCH", "/accounts/a/deposit"],
    ["GET", "/views/nothing"],
    ["GET", "/accounts/constructor/prototype"],
    ["POST", "/admin/views/accounts"],
  ])("that nothing answers is not found: %s %s", async (method, path) => {
    expect(await root.send(path, { method })).toMatchObject(problem(404));
  });

  test.each(["a%20b", "a%2Fb", "a.b", "%C3%A9", "%", "%zz", "a%00b", "x".repeat(65), "~a", "a@1"])(
    "with %s for an id is refused, before anything is asked",
    async (id) => {
      for (const route of registry.routes) {
        if (!/\{(id|postId|title)\}/.test(route.path)) continue;
        const { method } = route;
        const path = route.path.replace(/\{(id|postId|title)\}/, id);
        const reply = await root.send(path, {
          method,
          ...(method === "POST" ? { raw: "{}" } : {}),
        });
        expect([path, reply.status]).toEqual([path, 400]);
        expect(priceOf(reply)).toEqual([0, 0, 0]);
      }
    },
  );

  test("may have its id percent-encoded", async () => {
    expect(await ann.get("/accounts/%61")).toMatchObject({ status: 200, body: { id: "a" } });
    expect(await ann.get(`/accounts/${"x".repeat(64)}`)).toMatchObject({ status: 404 });
  });
});

describe("query parameters", () => {
  /** A good query of each route, without its parameters of pages. */
  const known = {
    "/accounts": "",
    "/accounts/a": "",
    "/accounts/a/history": "",
    "/accounts/a/integrity": "",
    "/rides": "",
    "/carts": "",
    "/documents": "",
    "/playbacks": "",
    "/posts/a": "",
    "/views/balances": "user=ann",
    "/views/audit": "user=ann",
    "/views/vips": "currency=USD",
    "/views/withdrawals": "month=2026-10&currency=USD",
    "/views/removed-items": "sku=tea",
    "/views/continue-watching": "",
    "/people/ann/export": "",
    "/admin/views": "",
    "/admin/audit": "",
    "/admin/dead-letters": "",
  };

  test.each(Object.entries(known))("of %s are known ones", async (path, query) => {
    expect(await root.get(`${path}?${query}`)).toMatchObject({ status: 200 });
    for (const unknown of ["extra=1", "Limit=1", "__proto__=1", "toString="])
      expect(await root.get(`${path}?${query}&${unknown}`)).toMatchObject(problem(400));
  });

  test.each([
    "/accounts?limit=0",
    "/accounts?limit=101",
    "/accounts?limit=-1",
    "/accounts?limit=1.5",
    "/accounts?limit=",
    "/accounts?limit=ten",
    "/accounts?limit=1e1",
    "/accounts?limit=1&limit=2",
    "/accounts?owner=",
    "/accounts?driver=ann",
    "/rides?owner=ann&driver=ann",
    "/accounts/a/history?limit=0",
    "/accounts/a?version=0",
    "/accounts/a?version=-1",
    "/accounts/a?version=01",
    "/accounts/a?version=1.0",
    "/accounts/a?version=",
    "/accounts/a?version=1&at=2026-11-01",
    "/accounts/a?at=yesterday",
    "/accounts/a?at=2026-02-30",
    "/accounts/a?at=2026-11-01T24:00:00Z",
    "/accounts/a?at=2026-11-01T00:00:00",
    "/accounts/a?at=",
    "/views/balances",
    "/views/balances?user=",
    "/views/audit?user=ann&from=never",
    "/views/vips",
    "/views/vips?currency=usd",
    "/views/withdrawals?month=2026-13&currency=USD",
    "/views/withdrawals?month=2026-1&currency=USD",
    "/views/withdrawals?month=2026-10",
    "/views/withdrawals?month=2026-10&currency=USD&over=-1",
    "/views/withdrawals?month=2026-10&currency=USD&over=1.5",
    "/views/removed-items?sku=",
  ])("that do not fit are refused: %s", async (path) => {
    expect(await root.get(path)).toMatchObject(
      problem(400, { errors: [{ field: expect.any(String), reason: expect.any(String) }] }),
    );
  });
});

describe("If-Match", () => {
  test("carries a command out at that version only", async () => {
    await must(ann.post("/accounts/m/open", opening()));
    const send = (tag: string) =>
      ann.post("/accounts/m/deposit", { amount: 1 }, { "if-match": tag });
    expect(await send('"0"')).toMatchObject(problem(412));
    expect(await send('"2"')).toMatchObject(problem(412));
    expect(await send('"1"')).toMatchObject({ status: 200, headers: { etag: '"2"' } });
    expect(await send('"1"')).toMatchObject(problem(412));
    expect(await versionOf("m")).toBe(2);
  });

  test("of version 0 creates, and creates only", async () => {
    const send = () => ann.post("/accounts/m0/open", opening(), { "if-match": '"0"' });
    expect(await send()).toMatchObject({ status: 201 });
    expect(await send()).toMatchObject(problem(412));
  });

  test.each([["*"], ["1"], ['W/"1"'], ['"1", "2"'], ['"one"'], ['""'], [['"1"', '"1"']]])(
    "in another form is refused: %j",
    async (tag) => {
      expect(await deposit({ "if-match": tag })).toMatchObject(
        problem(400, { errors: [{ field: "If-Match", reason: expect.any(String) }] }),
      );
    },
  );
});

describe("Idempotency-Key", () => {
  const keyed = (key: string | string[], amount = 1, more = {}) =>
    ann.post("/accounts/a/deposit", { amount }, { "idempotency-key": key, ...more });
  const same = ({ status, body, headers }: Reply) => ({
    status,
    body,
    etag: headers.etag,
    token: headers["consistency-token"],
  });

  test("gives a repeat the first answer, 201 too, however much has happened since", async () => {
    const headers = { "idempotency-key": "open-k" };
    const first = await ann.post("/accounts/k/open", opening(7), headers);
    expect(first.status).toBe(201);
    await must(ann.post("/accounts/k/deposit", { amount: 1 }));
    await must(ann.post("/accounts/k/withdraw", { amount: 8 }));
    await must(ann.post("/accounts/k/close"));
    expect(same(await ann.post("/accounts/k/open", opening(7), headers))).toEqual(same(first));
  });

  test("carries out once what is sent many times at once", async () => {
    const before = await versionOf("a");
    const replies = await Promise.all(Array.from({ length: 8 }, () => keyed("once")));
    for (const reply of replies) expect(same(reply)).toEqual(same(replies[0] ?? expect.fail()));
    expect(await versionOf("a")).toBe(before + 1);
  });

  test("keeps the answer of a command that changed nothing", async () => {
    const headers = { "idempotency-key": "like-z" };
    const unlike = () => ann.post("/posts/z/unlike", {}, headers);
    const first = await unlike();
    expect(first).toMatchObject({ status: 200, body: { version: 0, events: [] } });
    await must(ann.post("/posts/z/like"));
    expect(same(await unlike())).toEqual(same(first));
    expect(await ann.get("/posts/z", { "consistency-token": "like-z.ann@1" })).toMatchObject({
      body: { likedByMe: true },
    });
  });

  test("does not keep a refusal: what is possible later is done then", async () => {
    const take = () =>
      ann.post("/accounts/later/withdraw", { amount: 5 }, { "idempotency-key": "take-5" });
    await must(ann.post("/accounts/later/open", opening()));
    expect(await take()).toMatchObject(problem(422, { code: "insufficient-funds" }));
    await must(ann.post("/accounts/later/deposit", { amount: 5 }));
    expect(await take()).toMatchObject({ status: 200, body: { version: 3 } });
    expect(await take()).toMatchObject({ status: 200, body: { version: 3 } });
  });

  test.each([
    ["body", () => keyed("one", 2)],
    ["If-Match", () => keyed("one", 1, { "if-match": '"1"' })],
    ["path", () => ann.post("/accounts/a/withdraw", { amount: 1 }, { "idempotency-key": "one" })],
  ])("is for one request: another %s is refused", async (_, other) => {
    await must(keyed("one"));
    expect(await other()).toMatchObject(problem(422, { code: "idempotency-key-reused" }));
  });

  test("is each caller's own", async () => {
    await must(ann.post("/posts/own/like", {}, { "idempotency-key": "mine" }));
    const eve = await host.as("eve");
    expect(await eve.post("/posts/own/like", {}, { "idempotency-key": "mine" })).toMatchObject({
      status: 201,
    });
  });

  test.each([[""], ["a b"], ["x".repeat(256)], [["k1", "k2"]]])(
    "has 1 to 255 visible characters, once: %j is refused",
    async (key) => {
      expect(await keyed(key)).toMatchObject(
        problem(400, { errors: [{ field: "Idempotency-Key", reason: expect.any(String) }] }),
      );
    },
  );

  test("may be as long as 255 characters", async () => {
    expect(await keyed("!".repeat(255))).toMatchObject({ status: 200 });
  });
});

describe("every answer of a function", () => {
  test("tells its price, a refusal's too", async () => {
    const replies = [
      await ann.get("/accounts/a"),
      await ann.get("/accounts"),
      await ann.get("/views/continue-watching"),
      await ann.get("/people/ann/export"),
      await root.get("/admin/views"),
      await ann.get("/accounts/none"),
      await ann.get("/accounts/a?version=0"),
      await ann.get("/nowhere"),
      await deposit({}),
      await deposit({ "if-match": '"1"' }),
      await host.http("/health"),
    ];
    for (const reply of replies) expect(priceOf(reply)).toHaveLength(3);
  });

  test("of a query that reads one row costs half a read unit", async () => {
    await host.system.idle();
    await must(ann.post("/carts/p/add", { sku: "tea", quantity: 1, price: 1 }));
    await host.system.idle();
    await ann.get("/carts/p");
    expect(priceOf(await must(ann.get("/carts/p")))).toEqual([1, 0.5, 0]);
  });

  test("of a request that fails before it reaches the store costs nothing", async () => {
    expect(priceOf(await raw("{"))).toEqual([0, 0, 0]);
    expect(priceOf(await deposit({ "if-match": "*" }))).toEqual([0, 0, 0]);
  });
});
