import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Host, startHost } from "./host.ts";
import { itemsOf, priceOf, type Reply, seen, whenServed } from "./http.ts";
import { meet, must, opening, type Town } from "./town.ts";

let host: Host;
let town: Town;

beforeAll(async () => {
  host = await startHost();
  town = await meet(host);
});
afterAll(() => host.stop());

const refusal = (status: number, code: string) => ({
  status,
  headers: { "content-type": "application/problem+json" },
  body: { status, code, title: expect.any(String), detail: expect.any(String) },
});
const balanceOf = async (id: string): Promise<unknown> =>
  Object((await must(town.root.get(`/accounts/${id}`, await tokenOf(id)))).body).balance;
const tokenOf = async (id: string) => {
  const { body } = await must(town.root.get(`/accounts/${id}/integrity`));
  return { "consistency-token": `account-${id}@${Object(body).version}` };
};

describe("the life of an account", () => {
  test("begins with 201, and each command answers version, events, tag and token", async () => {
    const { ann } = town;
    const opened = await ann.post("/accounts/life/open", opening(1_000));
    expect(opened).toMatchObject({
      status: 201,
      headers: {
        "content-type": "application/json",
        etag: '"1"',
        "consistency-token": "account-life@1",
      },
    });
    expect(opened.body).toEqual({
      id: "life",
      version: 1,
      events: [{ type: "AccountOpened", version: 1 }],
    });
    const deposited = await ann.post("/accounts/life/deposit", { amount: 250, memo: "Rent" });
    expect(deposited).toMatchObject({ status: 200, headers: { etag: '"2"' } });
    expect(deposited.body).toEqual({
      id: "life",
      version: 2,
      events: [{ type: "MoneyDeposited", version: 2 }],
    });
    const withdrawn = await ann.post("/accounts/life/withdraw", { amount: 1_250 });
    expect(withdrawn.body).toMatchObject({ events: [{ type: "MoneyWithdrawn", version: 3 }] });
    const closed = await ann.post("/accounts/life/close");
    expect(closed.body).toMatchObject({ events: [{ type: "AccountClosed", version: 4 }] });
    const { body } = await must(ann.get("/accounts/life", seen(closed)));
    expect(body).toEqual({
      id: "life",
      version: 4,
      owner: { name: "Ann Smith", email: "ann@example.org" },
      ownerId: "ann",
      currency: "USD",
      balance: 0,
      status: "closed",
      totalDeposits: 250,
      openedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    });
  });

  test("goes on in its history: every event in order, with who and when", async () => {
    const { body } = await must(town.ann.get("/accounts/life/history"));
    const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/);
    expect(body).toEqual({
      items: [
        {
          version: 1,
          type: "AccountOpened",
          data: {
            owner: { name: "Ann Smith", email: "ann@example.org" },
            ownerId: "ann",
            currency: "USD",
            initialBalance: 1_000,
          },
          time,
          actor: "ann",
        },
        {
          version: 2,
          type: "MoneyDeposited",
          data: { amount: 250, currency: "USD", memo: "Rent" },
          time,
          actor: "ann",
        },
        {
          version: 3,
          type: "MoneyWithdrawn",
          data: { amount: 1_250, currency: "USD" },
          time,
          actor: "ann",
        },
        { version: 4, type: "AccountClosed", data: { currency: "USD" }, time, actor: "ann" },
      ],
    });
    const times = itemsOf({ body } as Reply).map((item) => String(item.time));
    expect(times).toEqual(times.toSorted());
  });

  test("is whole: its chain of commits verifies", async () => {
    const { body } = await must(town.ann.get("/accounts/life/integrity"));
    expect(body).toEqual({
      ok: true,
      commits: 4,
      version: 4,
      hash: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });
});

describe("opening", () => {
  test("is safe to repeat by the owner, whatever the personal fields", async () => {
    const { ann } = town;
    await must(ann.post("/accounts/again/open", opening(5)));
    const again = { ...opening(5), owner: { name: "Anne", email: "anne@example.org" } };
    const repeated = await ann.post("/accounts/again/open", again);
    expect(repeated).toMatchObject({
      status: 200,
      headers: { etag: '"1"', "consistency-token": "account-again@1" },
    });
    expect(repeated.body).toEqual({ id: "again", version: 1, events: [] });
    expect(await ann.get("/accounts/again", seen(repeated))).toMatchObject({
      body: { owner: { name: "Ann Smith" } },
    });
  });

  test("begins with nothing unless it says otherwise", async () => {
    const { initialBalance: _, ...bare } = opening();
    await must(town.ann.post("/accounts/bare/open", bare));
    expect(await balanceOf("bare")).toBe(0);
  });

  test.each([
    ["another initial balance", opening(6)],
    ["another currency", opening(5, "EUR")],
  ])("is refused to repeat with %s", async (_, body) => {
    await town.ann.post("/accounts/again/open", opening(5));
    expect(await town.ann.post("/accounts/again/open", body)).toMatchObject(
      refusal(422, "account-already-open"),
    );
  });
});

describe("what an account refuses", () => {
  beforeAll(async () => {
    await must(town.ann.post("/accounts/strict/open", opening(100)));
    await must(town.ann.post("/accounts/gone/open", opening()));
    await must(town.ann.post("/accounts/gone/close"));
  });

  test.each([
    ["/accounts/none/deposit", { amount: 1 }, "account-not-open"],
    ["/accounts/none/withdraw", { amount: 1 }, "account-not-open"],
    ["/accounts/none/transfer", { to: "strict", amount: 1 }, "account-not-open"],
    ["/accounts/none/close", {}, "account-not-open"],
    ["/accounts/gone/deposit", { amount: 1 }, "account-closed"],
    ["/accounts/gone/withdraw", { amount: 1 }, "account-closed"],
    ["/accounts/gone/open", opening(), "account-closed"],
    ["/accounts/strict/withdraw", { amount: 101 }, "insufficient-funds"],
    ["/accounts/strict/transfer", { to: "bare", amount: 101 }, "insufficient-funds"],
    ["/accounts/strict/transfer", { to: "strict", amount: 1 }, "same-account"],
    ["/accounts/strict/close", {}, "balance-not-zero"],
  ])("%s %j: %s", async (path, body, code) => {
    expect(await town.ann.post(path, body)).toMatchObject(refusal(422, code));
  });

  test("leaves no trace: nothing was added, nothing was created", async () => {
    expect(await town.ann.get("/accounts/strict/integrity")).toMatchObject({
      body: { version: 1 },
    });
    expect(await town.ann.get("/accounts/none")).toMatchObject({ status: 404 });
  });

  test("closing again is safe", async () => {
    expect(await town.ann.post("/accounts/gone/close")).toMatchObject({
      status: 200,
      body: { version: 2, events: [] },
    });
  });
});

describe("a transfer", () => {
  beforeAll(async () => {
    await must(town.ann.post("/accounts/from/open", opening(500)));
    await must(town.eve.post("/accounts/to/open", opening(7)));
    await must(town.eve.post("/accounts/euro/open", opening(0, "EUR")));
    await must(town.eve.post("/accounts/shut/open", opening()));
    await must(town.eve.post("/accounts/shut/close"));
  });

  test("goes to anyone's open account; the answer shows the sender's side, the token both", async () => {
    const sent = await town.ann.post("/accounts/from/transfer", { to: "to", amount: 200 });
    expect(sent).toMatchObject({
      status: 200,
      headers: { etag: '"2"', "consistency-token": "account-from@2,account-to@2" },
    });
    expect(sent.body).toEqual({
      id: "from",
      version: 2,
      events: [{ type: "TransferSent", version: 2 }],
    });
    expect([await balanceOf("from"), await balanceOf("to")]).toEqual([300, 207]);
    const { body } = await must(town.eve.get("/accounts/to/history"));
    expect(Object(body).items[1]).toMatchObject({
      type: "TransferReceived",
      data: { from: "from", amount: 200, currency: "USD" },
      actor: "ann",
    });
  });

  test.each([
    ["none", "account-not-open"],
    ["shut", "account-closed"],
    ["euro", "currency-mismatch"],
  ])("moves nothing to %s: %s", async (to, code) => {
    const before = await balanceOf("from");
    expect(await town.ann.post("/accounts/from/transfer", { to, amount: 1 })).toMatchObject(
      refusal(422, code),
    );
    expect(await balanceOf("from")).toBe(before);
  });

  test("repeated with its key moves money once", async () => {
    const key = { "idempotency-key": "transfer-1" };
    const send = () => town.ann.post("/accounts/from/transfer", { to: "to", amount: 50 }, key);
    const before = Number(await balanceOf("from"));
    const first = await must(send());
    const second = await must(send());
    expect(second.body).toEqual(first.body);
    expect(second.headers["consistency-token"]).toBe(first.headers["consistency-token"]);
    expect(await balanceOf("from")).toBe(before - 50);
  });

  test("of many at once, in circles, keeps the sum", async () => {
    const { ann } = town;
    const ids = ["ring-0", "ring-1", "ring-2"];
    for (const id of ids) await must(ann.post(`/accounts/${id}/open`, opening(100)));
    const replies = await Promise.all(
      Array.from({ length: 24 }, (_, index) =>
        ann.post(`/accounts/${ids[index % 3]}/transfer`, { to: ids[(index + 1) % 3], amount: 7 }),
      ),
    );
    expect(replies.filter(({ status }) => status !== 200 && status !== 409)).toEqual([]);
    const balances = await Promise.all(ids.map(balanceOf));
    expect(balances.map(Number).reduce((sum, each) => sum + each, 0)).toBe(300);
  });
});

describe("of many who withdraw at once", () => {
  test("no more is taken than there is, and at least three quarters are answered for good", async () => {
    const { ann } = town;
    await must(ann.post("/accounts/rush/open", opening(40)));
    const replies = await Promise.all(
      Array.from({ length: 64 }, () => ann.post("/accounts/rush/withdraw", { amount: 1 })),
    );
    const count = (status: number) => replies.filter((reply) => reply.status === status).length;
    expect(count(200) + count(422) + count(409)).toBe(64);
    expect(count(409)).toBeLessThanOrEqual(16);
    for (const reply of replies.filter(({ status }) => status === 409))
      expect(reply.headers["retry-after"]).toBeDefined();
    expect(count(200)).toBeLessThanOrEqual(40);
    expect(await balanceOf("rush")).toBe(40 - count(200));
  });
});

describe("the price of a command", () => {
  test("warm is one round trip, no read and one write", async () => {
    const { ann } = town;
    await must(ann.post("/accounts/price/open", opening()));
    for (let times = 0; times < 5; times += 1) {
      const reply = await must(ann.post("/accounts/price/deposit", { amount: 1 }));
      expect(priceOf(reply)).toEqual([1, 0, 1]);
    }
  });

  test("cold is at most two round trips, one read unit and one write", async () => {
    await host.restart();
    town = await meet(host);
    const reply = await must(town.ann.post("/accounts/price/deposit", { amount: 1 }));
    const [roundTrips, readUnits, writeUnits] = priceOf(reply);
    expect(roundTrips).toBe(2);
    expect(readUnits).toBeLessThanOrEqual(1);
    expect(writeUnits).toBe(1);
  });
});

describe("the views of accounts", () => {
  beforeAll(async () => {
    const vip = await host.as("vera");
    await must(vip.post("/accounts/v1/open", opening(10)));
    await must(vip.post("/accounts/v1/deposit", { amount: 1_000_001 }));
    await must(vip.post("/accounts/v1/withdraw", { amount: 300 }));
    await must(vip.post("/accounts/v1/withdraw", { amount: 200 }));
    await must(vip.post("/accounts/v1/transfer", { to: "to", amount: 11 }));
    await must(vip.post("/accounts/v2/open", opening(5)));
    await must(vip.post("/accounts/v3/open", opening(9, "EUR")));
    await must(vip.post("/accounts/v3/deposit", { amount: 1_000_000 }));
    await must(vip.post("/accounts/v2/withdraw", { amount: 5 }));
    await must(vip.post("/accounts/v2/close"));
    const walt = await host.as("walt");
    await must(walt.post("/accounts/w/open", opening(600)));
    await must(walt.post("/accounts/w/withdraw", { amount: 600 }));
    await must(walt.post("/accounts/w/deposit", { amount: 2_000_000 }));
    await host.system.idle();
  });

  test("balances: the sum of a user's open accounts, by currency", async () => {
    const vera = await host.as("vera");
    expect(itemsOf(await must(vera.get("/views/balances?user=vera")))).toEqual([
      { user: "vera", currency: "EUR", currentBalance: 1_000_009, accounts: 1 },
      { user: "vera", currency: "USD", currentBalance: 999_500, accounts: 1 },
    ]);
  });

  test("audit: what happened to a user's accounts, newest first", async () => {
    const vera = await host.as("vera");
    const items = itemsOf(await must(vera.get("/views/audit?user=vera")));
    expect(
      items.map(({ operation, amount, account, version }) => [operation, amount, account, version]),
    ).toEqual([
      ["close", 0, "v2", 3],
      ["withdraw", 5, "v2", 2],
      ["deposit", 1_000_000, "v3", 2],
      ["open", 9, "v3", 1],
      ["open", 5, "v2", 1],
      ["transfer-out", 11, "v1", 5],
      ["withdraw", 200, "v1", 4],
      ["withdraw", 300, "v1", 3],
      ["deposit", 1_000_001, "v1", 2],
      ["open", 10, "v1", 1],
    ]);
    for (const item of items)
      expect(item).toEqual({
        user: "vera",
        date: expect.stringMatching(/Z$/),
        operation: expect.any(String),
        amount: expect.any(Number),
        currency: item.account === "v3" ? "EUR" : "USD",
        account: expect.any(String),
        version: expect.any(Number),
      });
    const received = itemsOf(await must(town.eve.get("/views/audit?user=eve")));
    expect(received[0]).toMatchObject({ operation: "transfer-in", amount: 11, user: "eve" });
  });

  test("audit: from a time on, up to another one", async () => {
    const vera = await host.as("vera");
    const all = itemsOf(await must(vera.get("/views/audit?user=vera")));
    const [, newer, older] = all;
    const ask = async (range: string) =>
      itemsOf(await must(vera.get(`/views/audit?user=vera&${range}`)));
    const dates = (from: string, to: string) =>
      all.filter(({ date }) => String(date) >= from && String(date) < to);
    const [from, to] = [String(older?.date), String(newer?.date)];
    expect(await ask(`from=${from}`)).toEqual(dates(from, "9"));
    expect(await ask(`to=${to}`)).toEqual(dates("", to));
    expect(await ask(`from=${from}&to=${to}`)).toEqual(dates(from, to));
    expect(await ask(`from=${to}&to=${from}`)).toEqual(dates(to, from));
    expect(await ask("to=2026-01-01")).toEqual([]);
  });

  test("vips: deposits of more than 10,000.00, highest first", async () => {
    const items = itemsOf(await must(town.aud.get("/views/vips?currency=USD")));
    expect(items.map(({ id, totalDeposits }) => [id, totalDeposits])).toEqual([
      ["w", 2_000_000],
      ["v1", 1_000_001],
    ]);
    expect(items[0]).toMatchObject({ ownerId: "walt", owner: { name: "Ann Smith" }, version: 3 });
    expect(itemsOf(await must(town.aud.get("/views/vips?currency=EUR")))).toEqual([]);
  });

  test("withdrawals: who withdrew more than that in a month, highest first", async () => {
    const { body } = await must(town.root.get("/accounts/w/history"));
    const month = String(Object(body).items[1].time).slice(0, 7);
    const ask = async (over: string) =>
      itemsOf(
        await must(town.root.get(`/views/withdrawals?month=${month}&currency=USD${over}`)),
      ).filter(({ user }) => user === "walt" || user === "vera");
    const walt = { user: "walt", month, currency: "USD", withdrawn: 600 };
    const vera = { user: "vera", month, currency: "USD", withdrawn: 505 };
    expect(await ask("")).toEqual([walt, vera]);
    expect(await ask("&over=504")).toEqual([walt, vera]);
    expect(await ask("&over=505")).toEqual([walt]);
    expect(await ask("&over=600")).toEqual([]);
    expect(
      itemsOf(await must(town.root.get("/views/withdrawals?month=2020-01&currency=USD"))),
    ).toEqual([]);
  });

  test("read what was just written, when the token is sent back", async () => {
    const vera = await host.as("vera");
    for (let times = 1; times <= 5; times += 1) {
      const token = seen(await must(vera.post("/accounts/v3/deposit", { amount: 1 })));
      const balances = await whenServed(() => vera.get("/views/balances?user=vera", token));
      expect(itemsOf(balances)[0]).toMatchObject({ currentBalance: 1_000_009 + times });
      const audit = await whenServed(() => vera.get("/views/audit?user=vera&limit=1", token));
      expect(itemsOf(audit)).toMatchObject([{ operation: "deposit", version: 2 + times }]);
      const list = await must(vera.get("/accounts", token));
      expect(itemsOf(list).find(({ id }) => id === "v3")).toMatchObject({ version: 2 + times });
      const vips = await must(town.root.get("/views/vips?currency=EUR", token));
      expect(itemsOf(vips)).toMatchObject([{ id: "v3", totalDeposits: 1_000_000 + times }]);
    }
  });
});
