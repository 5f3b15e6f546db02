import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Host, startHost } from "./host.ts";
import { itemsOf, type Reply, seen, whenServed } from "./http.ts";
import { meet, must, opening, type Town } from "./town.ts";

let host: Host;
let town: Town;

beforeAll(async () => {
  host = await startHost();
  town = await meet(host);
  await must(town.ann.post("/accounts/a/open", opening(100)));
  await must(town.ann.post("/documents/d/create", { title: "x", body: "1" }));
  await must(town.ann.post("/posts/p/like"));
  await must(town.ann.post("/playbacks/t/start"));
  await must(town.ann.post("/carts/c/add", { sku: "tea", quantity: 1, price: 1 }));
  await must(town.ann.post("/rides/r/book", { pickup: "x", destination: "y" }));
  await host.system.idle();
});
afterAll(() => host.stop());

const token = (...entries: readonly string[]) => ({ "consistency-token": entries.join(",") });
const badToken = {
  status: 400,
  headers: { "content-type": "application/problem+json" },
  body: { errors: [{ field: "Consistency-Token", reason: expect.any(String) }] },
};

/** Every query that a token may be sent to, and a stream of hers that it follows. */
const queries: readonly (readonly [path: string, stream: string])[] = [
  ["/accounts/a", "account-a"],
  ["/accounts", "account-a"],
  ["/accounts/a?version=1", "account-a"],
  ["/accounts/a?at=9999-01-01", "account-a"],
  ["/accounts/a/history", "account-a"],
  ["/accounts/a/integrity", "account-a"],
  ["/documents/d/log", "document-d"],
  ["/documents/d/diff?from=1&to=1", "document-d"],
  ["/posts/p", "like-p.ann"],
  ["/playbacks/t", "playback-t.ann"],
  ["/carts/c", "cart-c"],
  ["/rides/r", "ride-r"],
  ["/rides", "ride-r"],
  ["/views/balances?user=ann", "account-a"],
  ["/views/audit?user=ann", "account-a"],
  ["/views/continue-watching", "playback-t.ann"],
  ["/people/ann/export", "account-a"],
];

describe("a token", () => {
  test.each(queries)("may be sent to %s", async (path, stream) => {
    expect(await town.ann.get(path, token(`${stream}@1`))).toMatchObject({ status: 200 });
  });

  test.each(queries)("of a version that does not exist is refused by %s", async (path, stream) => {
    for (const version of ["2", "9007199254740993", "9999999999999999"])
      expect(await town.ann.get(path, token(`${stream}@${version}`))).toMatchObject(badToken);
  });

  test.each([
    "",
    "account-a",
    "account-a@",
    "account-a@0",
    "account-a@-1",
    "account-a@1.0",
    "account-a@01",
    "account-a@x",
    "account@1",
    "-a@1",
    "account-a@1,",
    "account-a@1;account-b@1",
    "account-é@1",
    "account-a b@1",
    "Account-a@1",
    `account-${"x".repeat(600)}@1`,
  ])("that is malformed is refused by every query: %j", async (text) => {
    for (const [path] of queries)
      expect(await town.ann.get(path, token(text))).toMatchObject(badToken);
  });

  test("names eight streams at most", async () => {
    const carts = Array.from({ length: 9 }, (_, index) => `cart-${index}`);
    const eight = carts.slice(1).map((stream) => `${stream}@1`);
    expect(await town.ann.get("/accounts/a", token(...eight))).toMatchObject({ status: 200 });
    const nine = carts.map((stream) => `${stream}@1`);
    expect(await town.ann.get("/accounts/a", token(...nine))).toMatchObject(badToken);
    // The same stream twice is one.
    const twice = [...eight, "cart-8@2"];
    expect(await town.ann.get("/accounts/a", token(...twice))).toMatchObject({ status: 200 });
  });

  test("may come in several headers", async () => {
    const headers = { "consistency-token": ["account-a@1", "cart-c@1"] };
    expect(await town.ann.get("/accounts/a", headers)).toMatchObject({ status: 200 });
    const one = { "consistency-token": ["account-a@1", "account-a@2"] };
    expect(await town.ann.get("/accounts/a", one)).toMatchObject(badToken);
  });

  test("is ignored where it names what a view does not follow", async () => {
    for (const path of ["/accounts/a", "/accounts", "/views/balances?user=ann"])
      for (const stream of ["cart-c@99", "nothing-x@5", "ride-r@7"])
        expect(await town.ann.get(path, token(stream))).toMatchObject({ status: 200 });
  });

  test("does not tell the version of what is not the caller's", async () => {
    const { eve } = town;
    expect(await eve.get("/accounts/a", token("account-a@99"))).toMatchObject({ status: 403 });
    expect((await must(eve.get("/accounts", token("account-a@99")))).body).toEqual({ items: [] });
    for (const path of ["/views/balances?user=eve", "/views/audit?user=eve", "/people/eve/export"])
      for (const version of ["1", "2", "99", "9007199254740993"])
        expect(await eve.get(path, token(`account-a@${version}`))).toMatchObject({ status: 200 });
    expect(await eve.get("/posts/p", token("like-p.ann@99"))).toMatchObject({ status: 200 });
  });
});

describe("what was just written", () => {
  test("is read by a document, by lists and by history, at once", async () => {
    const { ann } = town;
    for (let round = 2; round <= 12; round += 1) {
      const written = await must(ann.post("/accounts/a/deposit", { amount: 1 }));
      const back = seen(written);
      expect(await ann.get("/accounts/a", back)).toMatchObject({
        headers: { etag: `"${round}"` },
        body: { version: round, balance: 99 + round },
      });
      expect(itemsOf(await must(ann.get("/accounts", back)))).toMatchObject([{ version: round }]);
      expect(itemsOf(await must(ann.get("/accounts/a/history")))).toHaveLength(round);
    }
  });

  test("is read by ledgers and tallies, or the caller is told to wait", async () => {
    const { ann, eve } = town;
    let likes = 1;
    for (let round = 0; round < 8; round += 1) {
      const written = await must(eve.post(`/posts/p/${round % 2 === 0 ? "like" : "unlike"}`));
      likes += round % 2 === 0 ? 1 : -1;
      const read = await whenServed(() => ann.get("/posts/p", seen(written)));
      expect(read.body).toMatchObject({ likes, likedByMe: true });
      const deposited = await must(ann.post("/accounts/a/deposit", { amount: 1 }));
      const audit = await whenServed(() =>
        ann.get("/views/audit?user=ann&limit=1", seen(deposited)),
      );
      expect(itemsOf(audit)).toMatchObject([{ version: Object(deposited.body).version }]);
    }
  });

  test("of a new stream is on the list at once, in its place", async () => {
    const { ann } = town;
    for (const id of ["0", "b", "aa"]) {
      const written = await must(ann.post(`/documents/${id}/create`, { title: "x", body: "" }));
      const ids = itemsOf(await must(ann.get("/documents", seen(written)))).map((item) => item.id);
      expect(ids).toContain(id);
      expect(ids).toEqual(ids.toSorted());
    }
  });

  test("moves a document in an index, or out of it, at once", async () => {
    const { dan, ann, root } = town;
    await must(ann.post("/rides/moved/book", { pickup: "x", destination: "y" }));
    const driven = (reply: Reply) => dan.get("/rides?driver=dan", seen(reply));
    const assigned = await must(root.post("/rides/moved/assign", { driver: "dan" }));
    expect(itemsOf(await must(driven(assigned)))).toMatchObject([{ id: "moved" }]);
    const finished = await must(ann.post("/playbacks/t/finish"));
    expect(itemsOf(await must(ann.get("/views/continue-watching", seen(finished))))).toEqual([]);
  });

  test("is not taken back by a token of an earlier version", async () => {
    await host.system.idle();
    const { body } = await must(town.ann.get("/accounts/a", token("account-a@1")));
    expect(Object(body).version).toBeGreaterThan(1);
  });
});

describe("the past", () => {
  let times: readonly string[];

  beforeAll(async () => {
    const { ann } = town;
    await must(ann.post("/accounts/past/open", opening(0)));
    for (let version = 2; version <= 6; version += 1) {
      await sleep(3);
      await must(ann.post("/accounts/past/deposit", { amount: 10 ** version }));
    }
    times = itemsOf(await must(ann.get("/accounts/past/history"))).map(({ time }) => String(time));
  });
  const balanceAt = (version: number): number =>
    Array.from({ length: version - 1 }, (_, index) => 10 ** (index + 2)).reduce((a, b) => a + b, 0);
  const shifted = (time: string, ms: number): string =>
    new Date(Date.parse(time) + ms).toISOString();
  const at = (time: string) => town.ann.get(`/accounts/past?at=${encodeURIComponent(time)}`);
  /** The version that was the last one at a time. */
  const versionAt = (time: string): number => times.filter((each) => each <= time).length;

  test("is shown at every version, and at none that there is not", async () => {
    const { ann } = town;
    for (let version = 1; version <= 6; version += 1)
      expect(await ann.get(`/accounts/past?version=${version}`)).toMatchObject({
        status: 200,
        headers: { etag: `"${version}"` },
        body: { id: "past", version, balance: balanceAt(version), owner: { name: "Ann Smith" } },
      });
    for (const version of ["7", "9999999999999999"])
      expect(await ann.get(`/accounts/past?version=${version}`)).toMatchObject({ status: 404 });
    expect(await ann.get("/accounts/none?version=1")).toMatchObject({ status: 404 });
  });

  test("is shown at every time: from the moment of a commit on", async () => {
    for (const [index, time] of times.entries())
      for (const moment of [shifted(time, -1), time, shifted(time, 1)]) {
        const version = versionAt(moment);
        const reply = await at(moment);
        if (version === 0) expect(reply.status).toBe(404);
        else
          expect([index, moment, reply.body]).toMatchObject([
            index,
            moment,
            { version, balance: balanceAt(version) },
          ]);
      }
  });

  test("begins with the first event and ends now", async () => {
    for (const early of ["2000-01-01", shifted(times[0] ?? "", -1)])
      expect(await at(early)).toMatchObject({ status: 404 });
    for (const late of ["9999-12-31", shifted(times[5] ?? "", 1)])
      expect(await at(late)).toMatchObject({ body: { version: 6 } });
    expect(await town.ann.get("/accounts/none?at=9999-12-31")).toMatchObject({ status: 404 });
  });

  test("is the same in every zone", async () => {
    const time = times[3] ?? "";
    const berlin = shifted(time, 3_600_000).replace("Z", "+01:00");
    expect(await at(berlin)).toMatchObject({ body: { version: versionAt(time) } });
  });

  test("is not shown to strangers, nor to those who were there later", async () => {
    expect(await town.eve.get("/accounts/past?version=1")).toMatchObject({ status: 403 });
    expect(await town.dan.get("/rides/moved?version=1")).toMatchObject({ status: 200 });
  });
});

describe("If-None-Match", () => {
  const get = (tag: string, path = "/carts/c") => town.ann.get(path, { "if-none-match": tag });

  test.each(['"1"', 'W/"1"', '"7", "1"', ' "1" ', "*"])(
    "with the version that stands is answered by 304 and no body: %s",
    async (tag) => {
      const reply = await get(tag);
      expect(reply).toMatchObject({ status: 304, headers: { etag: '"1"' }, text: "" });
      expect(reply.headers).not.toHaveProperty("content-type");
    },
  );

  test.each(['"2"', '"11"', "1", '""', "nonsense", '"1'])(
    "with anything else is answered in full: %s",
    async (tag) => {
      expect(await get(tag)).toMatchObject({ status: 200, body: { id: "c" } });
    },
  );

  test("knows versions of the past, too", async () => {
    expect(await get('"2"', "/accounts/past?version=2")).toMatchObject({ status: 304 });
    expect(await get('"2"', "/accounts/past?version=3")).toMatchObject({ status: 200 });
  });

  test("is answered in full once the document has changed", async () => {
    const changed = await must(
      town.ann.post("/carts/c/add", { sku: "jam", quantity: 1, price: 1 }),
    );
    const headers = { ...seen(changed), "if-none-match": '"1"' };
    expect(await town.ann.get("/carts/c", headers)).toMatchObject({
      status: 200,
      headers: { etag: '"2"' },
    });
  });

  test("opens nothing to strangers", async () => {
    for (const tag of ['"2"', "*"])
      expect(await town.eve.get("/carts/c", { "if-none-match": tag })).toMatchObject({
        status: 403,
      });
  });
});
