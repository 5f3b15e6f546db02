import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createEventStore } from "../../lib/adapters/dynamodb/event-store.ts";
import { buildCommit } from "../../lib/core/log/build-commit.ts";
import type { Commit } from "../../lib/core/log/commit.ts";
import { emptyStream } from "../../lib/core/log/loaded.ts";
import { Personal } from "../../lib/core/personal/personal.ts";
import { eventTable, idempotencyTable } from "../../lib/core/system/tables.ts";
import { Event } from "../../lib/domains/account/account.ts";
import account from "../../lib/domains/account/index.ts";
import { meteredClient } from "../adapters/dynamodb/metered-client.ts";
import { noSnapshots } from "../jar-history.ts";
import { differsFromDescription } from "./described.ts";
import { type Host, startHost } from "./host.ts";
import { cursorOf, itemsOf, seen, whenServed } from "./http.ts";
import { meet, must, opening, type Town } from "./town.ts";

let host: Host;
let town: Town;

beforeAll(async () => {
  host = await startHost();
  town = await meet(host);
  await must(town.eve.post("/accounts/to/open", opening(7)));
});
afterAll(() => host.stop());

/** An account that was opened with more than one command may bring. */
const openedBy = (id: string, ownerId: string, initialBalance: number): Commit => {
  const sealed = () => Personal.sealed<string>(new Uint8Array(60));
  const owner = { name: sealed(), email: sealed() };
  const event = Event.AccountOpened({ owner, ownerId, currency: "USD", initialBalance });
  const facts = {
    id: new Uint8Array(16),
    time: new Date().toISOString(),
    actor: ownerId,
    correlationId: "correlation",
    causationId: "causation",
    subjects: [ownerId],
  };
  return buildCommit(account, emptyStream(account, `account-${id}`), [event], facts, noSnapshots)
    .commit;
};

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

  test("balances: what a user has beyond the range of numbers is shown as rounded", async () => {
    const tables = { events: eventTable.name, idempotency: idempotencyTable.name };
    const store = createEventStore(meteredClient(), tables);
    for (const id of ["croesus-1", "croesus-2"]) {
      const commit = openedBy(id, "croesus", Number.MAX_SAFE_INTEGER);
      expect(await store.append([commit])).toEqual({ outcome: "written" });
    }
    const croesus = await host.as("croesus");
    const token = { "consistency-token": "account-croesus-1@1,account-croesus-2@1" };
    const reply = await whenServed(() => croesus.get("/views/balances?user=croesus", token));
    const currentBalance = 2 * Number.MAX_SAFE_INTEGER;
    expect(reply).toMatchObject({ status: 200 });
    expect(itemsOf(reply)).toEqual([
      {
        user: "croesus",
        currency: "USD",
        currentBalance,
        accounts: 2,
        rounded: ["currentBalance"],
      },
    ]);
    const answer = { status: 200, body: reply.body, type: "application/json" };
    expect(differsFromDescription("GET", "/views/balances", answer)).toBeUndefined();
  });

  test("withdrawals: who has just withdrawn stands where they belong, with the token", async () => {
    const { body } = await must(town.root.get("/accounts/w/history"));
    const month = String(Object(body).items[1].time).slice(0, 7);
    const vera = await host.as("vera");
    for (const withdrawn of [605, 705]) {
      const token = seen(await must(vera.post("/accounts/v1/withdraw", { amount: 100 })));
      const path = `/views/withdrawals?month=${month}&currency=USD&over=504&limit=1`;
      const first = await whenServed(() => town.root.get(path, token));
      expect(itemsOf(first)).toMatchObject([{ user: "vera", withdrawn }]);
      const more = `${path}&cursor=${cursorOf(first)}`;
      expect(itemsOf(await must(town.root.get(more, token)))).toMatchObject([{ user: "walt" }]);
    }
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
