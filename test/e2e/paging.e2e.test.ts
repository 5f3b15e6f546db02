import { DeleteCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createDocumentClient } from "../../lib/adapters/dynamodb/client.ts";
import { createEventStore } from "../../lib/adapters/dynamodb/event-store.ts";
import { eventTable, idempotencyTable } from "../../lib/core/system/tables.ts";
import { growAccount } from "../adapters/dynamodb/long-account.ts";
import { meteredClient } from "../adapters/dynamodb/metered-client.ts";
import { type Host, startHost, type User } from "./host.ts";
import { cursorOf, itemsOf, seen } from "./http.ts";
import { meet, must, opening, type Town } from "./town.ts";

let host: Host;
let town: Town;
let month: string;

const ids = ["p0", "p1", "p2", "p3", "p4"] as const;
const currencies = ["USD", "EUR", "CHF", "JPY", "GBP"] as const;

const seed = async ({ ann, root }: Town): Promise<void> => {
  for (const [index, id] of ids.entries()) {
    const currency = currencies[index] ?? "USD";
    await must(ann.post(`/accounts/${id}/open`, opening(1_000, currency)));
    await must(ann.post(`/carts/${id}/add`, { sku: "tea", quantity: 2, price: 1 }));
    await must(ann.post(`/carts/${id}/remove`, { sku: "tea", quantity: 1 }));
    await must(ann.post(`/rides/${id}/book`, { pickup: "Home", destination: "Work" }));
    await must(root.post(`/rides/${id}/assign`, { driver: "dan" }));
    await must(ann.post(`/playbacks/${id}/start`, { position: index }));
    await must(ann.post(`/documents/${id}/create`, { title: id, body: "" }));
    await must(ann.post(`/documents/p0/edit`, { body: id }));
    const saver = await host.as(`saver-${index}`);
    await must(saver.post(`/accounts/s${index}/open`, opening(500)));
    // The last two have the same sums.
    const sum = Math.min(index, 3);
    await must(saver.post(`/accounts/s${index}/deposit`, { amount: 2_000_000 + sum }));
    await must(saver.post(`/accounts/s${index}/withdraw`, { amount: 100 + sum }));
  }
  month = new Date().toISOString().slice(0, 7);
  await host.system.idle();
};

beforeAll(async () => {
  host = await startHost();
  town = await meet(host);
  await seed(town);
});
afterAll(() => host.stop());

const withQuery = (path: string, query: string): string =>
  `${path}${path.includes("?") ? "&" : "?"}${query}`;

/** Everything that a list holds, page by page. */
const walk = async (
  user: User,
  path: string,
  limit: number,
  headers = {},
): Promise<readonly object[]> => {
  const items: object[] = [];
  let cursor: string | undefined;
  do {
    const more = cursor === undefined ? "" : `&cursor=${encodeURIComponent(cursor)}`;
    const page = await must(user.get(withQuery(path, `limit=${limit}${more}`), headers));
    items.push(...itemsOf(page));
    expect(itemsOf(page).length).toBeLessThanOrEqual(limit);
    cursor = cursorOf(page);
    if (cursor !== undefined) expect(itemsOf(page)).toHaveLength(limit);
  } while (cursor !== undefined);
  return items;
};

/** Each list, who asks, and how many items it holds. */
const lists: readonly (readonly [keyof Town, string, number])[] = [
  ["ann", "/accounts", 5],
  ["root", "/accounts?owner=ann", 5],
  ["ann", "/carts", 5],
  ["ann", "/documents", 5],
  ["ann", "/rides", 5],
  ["dan", "/rides?driver=dan", 5],
  ["ann", "/playbacks", 5],
  ["ann", "/documents/p0/history", 6],
  ["ann", "/documents/p0/log", 6],
  ["ann", "/views/balances?user=ann", 5],
  ["ann", "/views/audit?user=ann", 5],
  ["ann", "/views/audit?user=ann&from=2026-01-01&to=9999-12-31", 5],
  ["root", "/views/vips?currency=USD", 5],
  ["root", "/views/withdrawals?currency=USD&month=MONTH", 5],
  ["root", "/views/withdrawals?currency=USD&over=101&month=MONTH", 3],
  ["root", "/views/removed-items?sku=tea", 1],
  ["ann", "/views/continue-watching", 5],
];
const pathOf = (path: string): string => path.replace("MONTH", month);

describe("a list", () => {
  test.each(lists)(
    "seen by %s, %s, is the same whatever the size of its pages",
    async (name, path, count) => {
      const user = town[name];
      const whole = await must(user.get(pathOf(path)));
      expect(itemsOf(whole)).toHaveLength(count);
      expect(whole.body).not.toHaveProperty("cursor");
      for (const limit of [1, 2, count, 100])
        expect(await walk(user, pathOf(path), limit)).toEqual(itemsOf(whole));
    },
  );

  test("has pages of 50 unless it is asked for others", async () => {
    const { eve } = town;
    await must(eve.post("/documents/many/create", { title: "x", body: "0" }));
    for (let edit = 1; edit <= 51; edit += 1)
      await must(eve.post("/documents/many/edit", { body: String(edit) }));
    const page = await must(eve.get("/documents/many/history"));
    expect(itemsOf(page)).toHaveLength(50);
    const rest = await must(eve.get(`/documents/many/history?cursor=${cursorOf(page)}`));
    expect(itemsOf(rest).map(({ version }) => version)).toEqual([51, 52]);
    expect(rest.body).not.toHaveProperty("cursor");
  });

  test("of nothing is empty, and has no cursor", async () => {
    const nobody = await host.as("nobody");
    for (const path of [
      "/accounts",
      "/rides?driver=nobody",
      "/views/continue-watching",
      "/views/audit?user=nobody",
    ])
      expect((await must(nobody.get(path))).body).toEqual({ items: [] });
  });

  test("goes on where a page ended, though there is news by then", async () => {
    const { ann } = town;
    const before = itemsOf(await must(ann.get("/views/audit?user=ann")));
    const first = await must(ann.get("/views/audit?user=ann&limit=2"));
    await must(ann.post("/accounts/p4/deposit", { amount: 1 }));
    await host.system.idle();
    const rest = await must(ann.get(`/views/audit?user=ann&cursor=${cursorOf(first)}`));
    expect([...itemsOf(first), ...itemsOf(rest)]).toEqual(before);
    expect(itemsOf(await must(ann.get("/views/audit?user=ann")))).toHaveLength(6);
  });

  test("holds each document once, whatever the token brings up to date", async () => {
    const { ann } = town;
    const fresh = [
      await must(ann.post("/accounts/p00/open", opening())),
      await must(ann.post("/accounts/p1/deposit", { amount: 5 })),
      await must(ann.post("/accounts/z/open", opening())),
    ];
    for (const limit of [1, 2, 3, 100]) {
      const items = await walk(ann, "/accounts", limit, seen(...fresh));
      expect(items.map((item) => Object(item).id)).toEqual([
        "p0",
        "p00",
        "p1",
        "p2",
        "p3",
        "p4",
        "z",
      ]);
      expect(Object(items[2]).totalDeposits).toBe(5);
    }
  });
});

describe("a cursor", () => {
  const first = async (user: User, path: string): Promise<string> =>
    cursorOf(await must(user.get(withQuery(pathOf(path), "limit=1")))) ?? expect.fail();
  const ask = (user: User, path: string, cursor: string) =>
    user.get(withQuery(pathOf(path), `cursor=${encodeURIComponent(cursor)}`));

  test("fits the list that it came from, and no other", async () => {
    const { root } = town;
    const paged = lists
      .filter(([, , count]) => count > 1)
      .map(([, path]) =>
        path.includes("?") || /\/p0\/|views/.test(path) ? path : `${path}?owner=ann`,
      )
      .filter((path) => !path.includes("continue-watching"));
    const cursors = new Map<string, string>();
    for (const path of new Set(paged)) cursors.set(path, await first(root, path));
    for (const [from, cursor] of cursors)
      for (const to of cursors.keys())
        expect([from, to, (await ask(root, to, cursor)).status]).toEqual([
          from,
          to,
          from === to ? 200 : 400,
        ]);
  });

  test("of somebody's list does not open anybody else's", async () => {
    const { ann, root, eve } = town;
    const cursor = await first(ann, "/accounts");
    expect(await ask(eve, "/accounts", cursor)).toMatchObject({ status: 400 });
    expect(await ask(eve, "/accounts?owner=ann", cursor)).toMatchObject({ status: 403 });
    expect(await ask(root, "/accounts?owner=ann", cursor)).toMatchObject({ status: 200 });
    const audit = await first(ann, "/views/audit?user=ann");
    expect(await ask(root, "/views/audit?user=saver-1", audit)).toMatchObject({ status: 400 });
    const history = await first(ann, "/documents/p0/history");
    expect(await ask(ann, "/documents/p1/history", history)).toMatchObject({ status: 400 });
  });

  test("of another range or order is refused", async () => {
    const { root } = town;
    const over = await first(root, "/views/withdrawals?currency=USD&over=101&month=MONTH");
    expect(
      await ask(root, "/views/withdrawals?currency=USD&over=100&month=MONTH", over),
    ).toMatchObject({ status: 400 });
    const audit = await first(root, "/views/audit?user=ann&from=2026-01-01");
    expect(await ask(root, "/views/audit?user=ann&from=2026-01-02", audit)).toMatchObject({
      status: 400,
    });
  });

  test.each(["", "x", "1", "1.", "1.x", "0.abc", "-1.abc", "999999999.abc", "1.W10", "1.bnVsbA"])(
    "that is no cursor is refused: %j",
    async (cursor) => {
      for (const [name, path] of lists)
        expect(await ask(town[name], path, cursor)).toMatchObject({
          status: 400,
          body: { errors: [{ field: "cursor" }] },
        });
    },
  );

  test("that was changed is refused, or leads nowhere else", async () => {
    const { ann } = town;
    const cursor = await first(ann, "/accounts");
    const [generation = "", text = ""] = cursor.split(".");
    const [digest] = JSON.parse(Buffer.from(text, "base64url").toString());
    const forge = (position: unknown) =>
      `${generation}.${Buffer.from(JSON.stringify([digest, position])).toString("base64url")}`;
    for (const position of [
      null,
      {},
      { sort: "", stream: "" },
      { sort: 1, stream: "x" },
      [1],
      "x",
      { sort: "a".repeat(3_000), stream: "x" },
    ])
      expect(await ask(ann, "/accounts", forge(position))).toMatchObject({ status: 400 });
    const elsewhere = await ask(
      ann,
      "/accounts",
      forge({ sort: "account-s0", stream: "account-s0" }),
    );
    expect(elsewhere.status).toBe(200);
    for (const item of itemsOf(elsewhere)) expect(item.ownerId).toBe("ann");
  });
});

describe("the integrity of a stream", () => {
  const tables = { events: eventTable.name, idempotency: idempotencyTable.name };
  const hash = expect.stringMatching(/^[0-9a-f]{64}$/);

  test("is told as soon as there is a stream", async () => {
    const { ann } = town;
    for (const id of ["i0", "i1", "i2", "i3"]) {
      await must(ann.post(`/accounts/${id}/open`, opening()));
      expect(await ann.get(`/accounts/${id}/integrity`)).toMatchObject({ body: { version: 1 } });
    }
  });

  test("is told of a log that is too damaged to be read, to those who may read it", async () => {
    const { ann, eve } = town;
    await must(ann.post("/accounts/wreck/open", opening()));
    await must(ann.post("/accounts/wreck/deposit", { amount: 1 }));
    await host.system.idle();
    await createDocumentClient().send(
      new UpdateCommand({
        TableName: tables.events,
        Key: { stream: "account-wreck", version: 2 },
        UpdateExpression: "REMOVE events",
      }),
    );
    expect(await ann.get("/accounts/wreck/integrity")).toMatchObject({
      status: 200,
      body: { ok: false, brokenAt: 2, reason: expect.any(String) },
    });
    expect(await eve.get("/accounts/wreck/integrity")).toMatchObject({ status: 403 });
  });

  test("is told page by page when it is long, the running hash carried on", async () => {
    const { ann } = town;
    const id = await growAccount(createEventStore(meteredClient(), tables), 1_100, 1);
    const first = await must(ann.get(`/accounts/${id}/integrity`));
    expect(first.body).toEqual({
      ok: true,
      commits: 1_000,
      version: 1_000,
      hash,
      cursor: expect.any(String),
    });
    const last = await must(ann.get(`/accounts/${id}/integrity?cursor=${cursorOf(first)}`));
    expect(last.body).toEqual({ ok: true, commits: 1_100, version: 1_100, hash });
  });

  test("takes no other pages, and no cursor of another stream", async () => {
    const { ann } = town;
    expect(await ann.get("/documents/p0/integrity?cursor=x")).toMatchObject({ status: 400 });
    expect(await ann.get("/documents/p0/integrity?limit=1")).toMatchObject({ status: 400 });
    const history = cursorOf(await must(ann.get("/documents/p0/history?limit=1")));
    expect(await ann.get(`/documents/p0/integrity?cursor=${history}`)).toMatchObject({
      status: 400,
    });
  });

  test("is broken from the commit on that a hand has changed", async () => {
    const { ann } = town;
    const client = createDocumentClient();
    await must(ann.post("/accounts/forged/open", opening(1)));
    for (let times = 0; times < 3; times += 1)
      await must(ann.post("/accounts/forged/deposit", { amount: 1 }));
    const Key = { stream: "account-forged", version: 3 };
    await client.send(
      new UpdateCommand({
        TableName: tables.events,
        Key,
        UpdateExpression: "SET events[0].#data.amount = :amount",
        ExpressionAttributeNames: { "#data": "data" },
        ExpressionAttributeValues: { ":amount": 1_000_000 },
      }),
    );
    expect((await must(ann.get("/accounts/forged/integrity"))).body).toEqual({
      ok: false,
      brokenAt: 3,
      reason: expect.stringContaining("hash"),
    });
    await client.send(new DeleteCommand({ TableName: tables.events, Key }));
    expect((await must(ann.get("/accounts/forged/integrity"))).body).toEqual({
      ok: false,
      brokenAt: 3,
      reason: expect.stringContaining("expected 3"),
    });
  });
});
