import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createClient } from "../../lib/client/client.ts";
import { Problem } from "../../lib/client/problem.ts";
import account from "../../lib/domains/account/index.ts";
import cart from "../../lib/domains/cart/index.ts";
import document from "../../lib/domains/document/index.ts";
import like from "../../lib/domains/like/index.ts";
import playback from "../../lib/domains/playback/index.ts";
import ride from "../../lib/domains/ride/index.ts";
import { type System, startSystem } from "../../local/system.ts";

const domains = {
  accounts: account,
  carts: cart,
  documents: document,
  playbacks: playback,
  posts: like,
  rides: ride,
};
const owner = { name: "Ann", email: "ann@example.com" };

let dataDir: string;
let system: System;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "everfold-test-"));
  system = await startSystem({ port: 0, dataDir, log: () => undefined });
});

afterAll(async () => {
  await system.stop();
  await rm(dataDir, { recursive: true, force: true });
});

type World = Parameters<typeof createClient>[0]["world"];

const clientOf = (sub: string, groups: readonly string[] = [], world: World = {}) =>
  createClient({ url: system.url, token: () => system.token(sub, groups), domains, world });

const opened = async (id: string, initialBalance = 100) => {
  const api = clientOf("ann");
  await api.accounts.open(id, { owner, currency: "USD", initialBalance });
  return api;
};

describe("a client's queries see its own writes at once", () => {
  test("in a document, in a list and in a view, though projections take their time", async () => {
    const api = await opened("w1");
    const before = await api.view("balances", { user: "ann" });
    await api.accounts.deposit("w1", { amount: 11 });
    expect(await api.accounts.get("w1")).toMatchObject({ version: 2, balance: 111, owner });
    const { items } = await api.accounts.list();
    expect(items.find(({ id }) => id === "w1")).toMatchObject({ balance: 111 });
    const sum = (answer: object) => Object(Object(answer).items[0]).currentBalance;
    expect(sum(await api.view("balances", { user: "ann" }))).toBe(sum(before) + 11);
  });

  test("in what one view makes of many streams", async () => {
    const api = clientOf("ann");
    await api.posts.like("p1");
    expect(await api.view("likes", { postId: "p1" })).toEqual({
      id: "p1",
      likes: 1,
      likedByMe: true,
    });
    await api.posts.unlike("p1");
    expect(await api.view("likes", { postId: "p1" })).toMatchObject({ likedByMe: false });
  });
});

describe("every domain", () => {
  test("is commanded and asked by its own names", async () => {
    const api = clientOf("ann");
    await api.carts.add("c1", { sku: "tea", quantity: 2, price: 300 });
    await api.carts.remove("c1", { sku: "tea", quantity: 1 });
    expect(await api.carts.get("c1")).toMatchObject({
      total: 300,
      removed: [{ sku: "tea", quantity: 1 }],
    });
    await api.playbacks.start("dune");
    await api.playbacks.progress("dune", { position: 2710 });
    expect(await api.playbacks.get("dune")).toMatchObject({ title: "dune", position: 2710 });
    expect(await api.view("continue-watching", {})).toMatchObject({ items: [{ title: "dune" }] });
    await api.documents.create("n1", { title: "N", body: "one\n" });
    await api.documents.edit("n1", { body: "two\n", message: "second thoughts" });
    expect((await api.documents.log("n1")).items[1]).toMatchObject({ message: "second thoughts" });
    expect((await api.documents.diff("n1", { from: 1, to: 2 })).diff).toContain("+two");
    await api.rides.book("r1", { pickup: "Home", destination: "Work" });
    await clientOf("root", ["admin"]).rides.assign("r1", { driver: "dan" });
    const driver = clientOf("dan");
    await driver.rides.start("r1");
    await driver.rides.complete("r1", { fare: 1250, currency: "USD" });
    expect((await driver.rides.list({ driver: "dan" })).items).toMatchObject([
      { id: "r1", status: "completed", pickup: "Home" },
    ]);
  });

  test("shows its past: by version, by time, event by event, and whether it is whole", async () => {
    const api = await opened("t1", 5);
    await api.accounts.deposit("t1", { amount: 1 });
    const { items } = await api.accounts.history("t1");
    const [first, second] = items;
    expect(second).toMatchObject({ type: "MoneyDeposited", data: { amount: 1 }, actor: "ann" });
    expect(await api.accounts.get("t1", { version: 1 })).toMatchObject({ balance: 5 });
    const at = first?.time ?? "";
    const version = items.filter(({ time }) => time <= at).length;
    expect(await api.accounts.get("t1", { at })).toMatchObject({ version });
    expect(await api.accounts.get("t1", { at: new Date(at) })).toMatchObject({ version });
    expect(await api.accounts.integrity("t1")).toMatchObject({ ok: true, version: 2 });
  });
});

describe("a refusal", () => {
  test("tells its status, and the domain's code", async () => {
    const api = await opened("f1", 0);
    const failure = (asked: Promise<unknown>) => asked.catch((error: unknown) => error);
    const overdrawn = await failure(api.accounts.withdraw("f1", { amount: 5 }));
    expect(overdrawn).toBeInstanceOf(Problem);
    expect(overdrawn).toMatchObject({ status: 422, code: "insufficient-funds" });
    expect(await failure(api.accounts.deposit("f1", { amount: -1 }))).toMatchObject({
      status: 400,
      facts: { errors: [{ field: "amount" }] },
    });
    expect(await failure(clientOf("eve").accounts.get("f1"))).toMatchObject({ status: 403 });
    expect(await failure(api.accounts.get("none"))).toMatchObject({ status: 404 });
    const stale = api.accounts.close("f1", {}, { ifMatch: 7 });
    expect(await failure(stale)).toMatchObject({ status: 412 });
  });
});

describe("a lost answer", () => {
  test("is asked for again, and the command is carried out once", async () => {
    let lost = 0;
    const losing = async (url: string, init: RequestInit): Promise<Response> => {
      const response = await fetch(url, init);
      if (init.method === "GET" || lost > 0) return response;
      lost += 1;
      throw new TypeError("The connection broke after the server was done.");
    };
    await opened("l1");
    const answer = await clientOf("ann", [], { fetch: losing }).accounts.deposit("l1", {
      amount: 7,
    });
    expect(lost).toBe(1);
    expect(answer).toMatchObject({ version: 2, events: [{ type: "MoneyDeposited", version: 2 }] });
    expect(await clientOf("ann").accounts.get("l1", { version: 2 })).toMatchObject({
      balance: 107,
    });
    expect((await clientOf("ann").accounts.history("l1")).items).toHaveLength(2);
  });
});

describe("an optimistic document", () => {
  test("is shown at once as the server then has it", async () => {
    const api = await opened("o1");
    const shown: unknown[] = [];
    const live = await api.accounts.optimistic("o1", (document) => shown.push(document));
    const done = live.deposit({ amount: 5 });
    const expected = live.document;
    expect(expected).toMatchObject({ version: 2, balance: 105 });
    const confirmed = await done;
    expect(confirmed).toEqual(expected);
    expect(confirmed).toEqual(await api.accounts.get("o1"));
    expect(shown).toEqual([expected, confirmed]);
  });

  test("is rolled back when the server refuses what could not be known here", async () => {
    const api = await opened("o2");
    const live = await api.accounts.optimistic("o2");
    await clientOf("ann").accounts.withdraw("o2", { amount: 60 });
    const spent = live.withdraw({ amount: 50 });
    expect(live.document).toMatchObject({ balance: 50 });
    await expect(spent).rejects.toMatchObject({ code: "insufficient-funds" });
    expect(live.document).toMatchObject({ version: 2, balance: 40 });
    expect(live.document).toEqual(await api.accounts.get("o2"));
  });

  test("takes in what others did meanwhile", async () => {
    const api = await opened("o3");
    const live = await api.accounts.optimistic("o3");
    await clientOf("ann").accounts.deposit("o3", { amount: 1000 });
    expect(await live.deposit({ amount: 1 })).toMatchObject({ version: 3, balance: 1101 });
  });

  test("begins before its stream does, and goes back to an earlier version", async () => {
    const api = clientOf("ann");
    const live = await api.documents.optimistic("o4");
    expect(live.document).toBeUndefined();
    const created = live.create({ title: "T", body: "one\n" });
    const edited = live.edit({ body: "two\n" });
    const reverted = live.revert({ to: 1 });
    expect(live.document).toMatchObject({ version: 3, body: "one\n", author: "ann" });
    expect(live.pending).toBe(3);
    await Promise.all([created, edited, reverted]);
    expect(live.document).toEqual(await api.documents.get("o4"));
  });

  test("of a person who was erased can still be worked with", async () => {
    const eva = clientOf("eva");
    await eva.accounts.open("o5", { owner, currency: "USD", initialBalance: 9 });
    await eva.people.erase("eva");
    const live = await eva.accounts.optimistic("o5");
    const settled = live.withdraw({ amount: 9 });
    expect(live.document).toMatchObject({ balance: 0, owner: { name: null }, erased: true });
    expect(await settled).toEqual(await eva.accounts.get("o5"));
  });
});
