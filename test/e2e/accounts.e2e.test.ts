import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Host, startHost } from "./host.ts";
import { itemsOf, priceOf, seen } from "./http.ts";
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
    const answered = await must(town.ann.get("/accounts/life/history"));
    const { body } = answered;
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
    const times = itemsOf(answered).map((item) => String(item.time));
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
