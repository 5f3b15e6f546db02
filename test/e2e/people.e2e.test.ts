import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Host, startHost, type User } from "./host.ts";
import { cursorOf, itemsOf, type Reply, seen, whenServed } from "./http.ts";
import { meet, must, opening, type Town } from "./town.ts";

let host: Host;
let town: Town;

const places = { pickup: "Main Street 1", destination: "Harbour" };

beforeAll(async () => {
  host = await startHost();
  town = await meet(host);
  const { ann, dan, eve, root } = town;
  await must(ann.post("/accounts/a/open", opening(1_000)));
  await must(ann.post("/accounts/a2/open", opening(5)));
  const hers = { ...opening(7), owner: { name: "Eve Stone", email: "eve@example.org" } };
  await must(eve.post("/accounts/e/open", hers));
  await must(ann.post("/accounts/a/transfer", { to: "e", amount: 100 }));
  await must(ann.post("/rides/r/book", places));
  await must(root.post("/rides/r/assign", { driver: "dan" }));
  await must(
    dan.post("/accounts/d/open", {
      ...opening(),
      owner: { name: "Dan Ford", email: "dan@example.org" },
    }),
  );
  await must(dan.post("/rides/own/book", { pickup: "Dan's home", destination: "Sea" }));
  await must(ann.post("/posts/p/like"));
  await must(ann.post("/playbacks/t/start"));
  await must(ann.post("/carts/c/add", { sku: "tea", quantity: 1, price: 1 }));
  await must(ann.post("/documents/x/create", { title: "Plan", body: "one\n" }));
  await host.system.idle();
});
afterAll(() => host.stop());

const exportOf = async (
  user: User,
  person: string,
): Promise<readonly Record<string, unknown>[]> => {
  const { body } = await must(user.get(`/people/${encodeURIComponent(person)}/export`));
  expect(Object(body).person).toBe(person);
  return Object(body).streams;
};
const streamsOf = (exported: readonly Record<string, unknown>[]): unknown[] =>
  exported.map(({ stream }) => stream);

describe("the export of a person", () => {
  test("holds every stream that concerns them, documents and events", async () => {
    const exported = await exportOf(town.ann, "ann");
    expect(streamsOf(exported)).toEqual([
      "account-a",
      "account-a2",
      "cart-c",
      "document-x",
      "like-p.ann",
      "playback-t.ann",
      "ride-r",
    ]);
    const [account] = exported;
    expect(account).toMatchObject({
      document: { id: "a", version: 2, balance: 900, owner: { name: "Ann Smith" } },
      events: [
        { version: 1, type: "AccountOpened", data: { owner: { email: "ann@example.org" } } },
        { version: 2, type: "TransferSent", data: { to: "e", amount: 100 }, actor: "ann" },
      ],
    });
  });

  test("holds nothing of others: their values stay sealed", async () => {
    const exported = await exportOf(town.dan, "dan");
    expect(streamsOf(exported)).toEqual(["account-d", "ride-own", "ride-r"]);
    const [, own, driven] = exported;
    expect(own).toMatchObject({ document: { pickup: "Dan's home" } });
    expect(driven).toMatchObject({
      document: { driver: "dan", pickup: "[personal]", destination: "[personal]" },
    });
    expect(JSON.stringify(exported)).not.toMatch(/Main Street|Smith|Stone/);
    const hers = JSON.stringify(await exportOf(town.eve, "eve"));
    expect(hers).toContain("Eve Stone");
    expect(hers).not.toMatch(/Smith|ann@example.org/);
  });

  test("is the same for an admin", async () => {
    expect(await exportOf(town.root, "ann")).toEqual(await exportOf(town.ann, "ann"));
  });

  test("of somebody who never was here is empty", async () => {
    const nobody = await host.as("auth0|nobody/é");
    expect(await exportOf(nobody, "auth0|nobody/é")).toEqual([]);
  });

  test("holds what was just written, when the token is sent back", async () => {
    const { ann } = town;
    const written = await must(ann.post("/carts/just/add", { sku: "tea", quantity: 1, price: 1 }));
    const reply = await whenServed(() => ann.get("/people/ann/export", seen(written)));
    expect(streamsOf(Object(reply.body).streams)).toContain("cart-just");
  });

  test("comes in pages, each small enough to be answered, and nothing is left out", async () => {
    const writer = await host.as("writer");
    // Characters of three bytes, and such as take four in an answer, in which JSON stands in JSON.
    const bodies = ["日".repeat(34_000), '"'.repeat(100_000)];
    const body = (mark: number): string => `${mark}${bodies[mark % 2]}`;
    for (let mark = 0; mark < 24; mark += 1)
      await must(writer.post(`/documents/w${mark}/create`, { title: "W", body: body(mark) }));
    for (let mark = 1; mark <= 24; mark += 1)
      await must(writer.post("/documents/w0/edit", { body: body(mark) }));
    await host.system.idle();
    const pages: Reply[] = [];
    let cursor: string | undefined;
    do {
      const query: string = cursor === undefined ? "" : `?cursor=${cursor}`;
      pages.push(await must(writer.get(`/people/writer/export${query}`)));
      cursor = cursorOf(pages.at(-1) ?? expect.fail());
    } while (cursor !== undefined);
    expect(pages.length).toBeGreaterThan(1);
    const exported = pages.flatMap(({ body }) => Object(body).streams);
    expect(new Set(streamsOf(exported)).size).toBe(24);
    const versions = exported
      .filter(({ stream }) => stream === "document-w0")
      .flatMap(({ events }) => events.map((event: { version: number }) => event.version));
    expect(versions).toEqual(Array.from({ length: 25 }, (_, index) => index + 1));
    const foreign = cursorOf(pages[0] ?? expect.fail());
    expect(await town.ann.get(`/people/ann/export?cursor=${foreign}`)).toMatchObject({
      status: 400,
    });
  });

  test.each(["x", "", "1.W10"])("takes no other cursor: %j", async (cursor) => {
    expect(await town.ann.get(`/people/ann/export?cursor=${cursor}`)).toMatchObject({
      status: 400,
    });
  });
});

const forget = (user: User, person: string): Promise<Reply> =>
  user.send(`/people/${encodeURIComponent(person)}`, { method: "DELETE" });
const hashOf = async (path: string): Promise<unknown> =>
  Object((await must(town.root.get(`${path}/integrity`))).body).hash;

describe("a person who is forgotten", () => {
  let hash: unknown;
  let forgotten: Reply;

  beforeAll(async () => {
    hash = await hashOf("/accounts/a");
    forgotten = await forget(town.ann, "ann");
    // Readers forget data keys within a minute; a new function has none.
    await host.restart();
    town = await meet(host);
  });

  test("is told what was done, and when the key is destroyed", async () => {
    expect(forgotten.status).toBe(202);
    expect(forgotten.body).toEqual({
      user: "ann",
      erasedAt: expect.any(String),
      keyDestroyedAt: expect.any(String),
    });
    const { erasedAt, keyDestroyedAt } = Object(forgotten.body);
    const days = (Date.parse(keyDestroyedAt) - Date.parse(erasedAt)) / 86_400_000;
    expect(Math.round(days)).toBe(7);
  });

  test("may be forgotten again, with the same answer, by themselves or an admin", async () => {
    for (const user of [town.ann, town.root])
      expect(await forget(user, "ann")).toMatchObject({ status: 202, body: forgotten.body });
  });

  test("has no name any more, in documents, lists, views and in the past", async () => {
    const { ann, dan, root } = town;
    const nameless = { erased: true, owner: { name: null, email: null } };
    expect(await ann.get("/accounts/a")).toMatchObject({ body: nameless });
    expect(await ann.get("/accounts/a?version=1")).toMatchObject({ body: nameless });
    expect(itemsOf(await must(root.get("/accounts?owner=ann")))).toMatchObject([
      nameless,
      nameless,
    ]);
    expect(await dan.get("/rides/r")).toMatchObject({
      body: { erased: true, pickup: null, destination: null, driver: "dan" },
    });
    const { body } = await must(ann.get("/accounts/a/history"));
    expect(body).toMatchObject({
      erased: true,
      items: [
        { version: 1, data: { owner: { name: null, email: null }, initialBalance: 1_000 } },
        { version: 2, data: { amount: 100 } },
      ],
    });
    const exported = await must(ann.get("/people/ann/export"));
    expect(exported.body).toMatchObject({ erased: true });
    for (const { text } of [exported, await root.get("/accounts?owner=ann")])
      expect(text).not.toMatch(/Smith|ann@example|Main Street|Harbour/);
  });

  test("is no longer known to readers who had kept the document", async () => {
    const kept = { "if-none-match": '"2"' };
    expect(await town.ann.get("/accounts/a", kept)).toMatchObject({
      status: 200,
      body: { erased: true },
    });
    expect(await town.eve.get("/accounts/e", kept)).toMatchObject({ status: 304 });
  });

  test("leaves histories as long, hashes as they were and sums as right as before", async () => {
    expect(await hashOf("/accounts/a")).toBe(hash);
    expect(await town.ann.get("/accounts/a")).toMatchObject({ body: { version: 2, balance: 900 } });
    expect(itemsOf(await must(town.ann.get("/views/balances?user=ann")))).toMatchObject([
      { currentBalance: 905, accounts: 2 },
    ]);
  });

  test("can give nothing personal any more", async () => {
    const { ann } = town;
    for (const [path, body] of [
      ["/accounts/new/open", opening()],
      ["/rides/new/book", places],
    ] as const) {
      expect(await ann.post(path, body)).toMatchObject({
        status: 410,
        headers: { "content-type": "application/problem+json" },
      });
      const [, collection, id] = path.split("/");
      expect(await ann.get(`/${collection}/${id}`)).toMatchObject({ status: 404 });
    }
  });

  test("can still settle and close what they had", async () => {
    const { ann, eve } = town;
    await must(ann.post("/accounts/a2/withdraw", { amount: 5 }));
    await must(ann.post("/accounts/a2/close"));
    await must(eve.post("/accounts/e/transfer", { to: "a", amount: 7 }));
    await must(ann.post("/accounts/a/deposit", { amount: 1 }));
    await must(ann.post("/rides/r/cancel"));
    await must(ann.post("/posts/p2/like"));
    await must(ann.post("/carts/c/checkout"));
    expect(await ann.get("/accounts/a", { "consistency-token": "account-a@4" })).toMatchObject({
      body: { balance: 908, erased: true },
    });
  });

  test("takes nobody else with them", async () => {
    const { eve, dan } = town;
    const reply = await must(eve.get("/accounts/e"));
    expect(reply.body).toMatchObject({ owner: { name: "Eve Stone" } });
    expect(reply.body).not.toHaveProperty("erased");
    expect((await must(dan.get("/rides/own"))).body).toMatchObject({ pickup: "Dan's home" });
    expect(await dan.post("/rides/own2/book", places)).toMatchObject({ status: 201 });
  });
});

describe("somebody who gave nothing yet", () => {
  test("is forgotten all the same, whatever their name looks like", async () => {
    const odd = await host.as("auth0|5f7c/é");
    expect(await forget(odd, odd.sub)).toMatchObject({ status: 202, body: { user: odd.sub } });
    expect(await odd.post("/accounts/odd/open", opening())).toMatchObject({ status: 410 });
    expect(await odd.post("/posts/p/like")).toMatchObject({ status: 201 });
  });
});
