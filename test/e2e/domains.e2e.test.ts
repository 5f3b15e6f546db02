import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Host, startHost, type User } from "./host.ts";
import { itemsOf, type Reply, seen, whenServed } from "./http.ts";
import { meet, must, type Town } from "./town.ts";

let host: Host;
let town: Town;

beforeAll(async () => {
  host = await startHost();
  town = await meet(host);
});
afterAll(() => host.stop());

const refusal = (code: string) => ({
  status: 422,
  headers: { "content-type": "application/problem+json" },
  body: { status: 422, code },
});
const isoTime = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
const typesOf = (reply: Reply): unknown[] =>
  itemsOf({ ...reply, body: { items: Object(reply.body).events } }).map(({ type }) => type);
const historyOf = async (user: User, path: string): Promise<unknown[]> =>
  itemsOf(await must(user.get(`${path}/history`))).map(({ type, data }) => [type, data]);

describe("a ride", () => {
  const places = { pickup: "Main Street 1", destination: "Harbour" };
  const fare = { fare: 1_250, currency: "USD" };

  test("is booked, assigned, driven and paid for", async () => {
    const { ann, dan, root } = town;
    const booked = await ann.post("/rides/r1/book", places);
    expect(booked).toMatchObject({
      status: 201,
      headers: { etag: '"1"', "consistency-token": "ride-r1@1" },
      body: { id: "r1", version: 1, events: [{ type: "RideBooked", version: 1 }] },
    });
    const requested = await must(ann.get("/rides/r1", seen(booked)));
    expect(requested.body).toEqual({
      id: "r1",
      version: 1,
      status: "requested",
      rider: "ann",
      driver: null,
      ...places,
      fare: null,
      currency: null,
      bookedAt: isoTime,
    });
    const assigned = await must(root.post("/rides/r1/assign", { driver: "dan" }));
    expect(typesOf(assigned)).toEqual(["RideAssigned"]);
    expect(itemsOf(await must(dan.get("/rides?driver=dan", seen(assigned))))).toMatchObject([
      { id: "r1", status: "assigned", pickup: "Main Street 1" },
    ]);
    expect(typesOf(await must(dan.post("/rides/r1/start")))).toEqual(["RideStarted"]);
    const completed = await must(dan.post("/rides/r1/complete", fare));
    expect(typesOf(completed)).toEqual(["RideCompleted"]);
    expect(await dan.get("/rides/r1", seen(completed))).toMatchObject({
      status: 200,
      headers: { etag: '"4"' },
      body: { status: "completed", driver: "dan", ...fare },
    });
    expect(await historyOf(ann, "/rides/r1")).toEqual([
      ["RideBooked", { rider: "ann", ...places }],
      ["RideAssigned", { driver: "dan" }],
      ["RideStarted", {}],
      ["RideCompleted", fare],
    ]);
    expect(await ann.get("/rides/r1/integrity")).toMatchObject({ body: { ok: true, version: 4 } });
  });

  test("repeats safely what is already so", async () => {
    const { ann, dan } = town;
    for (const [user, path, body] of [
      [dan, "/rides/r1/complete", fare],
      [ann, "/rides/r2/book", places],
      [ann, "/rides/r2/book", places],
      [ann, "/rides/r2/cancel", { reason: "Rain" }],
      [ann, "/rides/r2/cancel", {}],
    ] as const)
      expect((await user.post(path, body)).status).toBeLessThan(300);
    expect(await ann.get("/rides/r2/integrity")).toMatchObject({ body: { version: 2 } });
    expect(await historyOf(ann, "/rides/r2")).toMatchObject([
      ["RideBooked", {}],
      ["RideCancelled", { reason: "Rain" }],
    ]);
  });

  test("refuses what is out of order", async () => {
    const { ann, dan, root } = town;
    await must(ann.post("/rides/r3/book", places));
    const asks: readonly (readonly [User, string, object, string])[] = [
      [root, "/rides/none/assign", { driver: "dan" }, "ride-not-requested"],
      [root, "/rides/r3/start", {}, "ride-not-assigned"],
      [root, "/rides/r3/complete", fare, "ride-not-started"],
      [root, "/rides/r3/book", places, "ride-already-booked"],
      [ann, "/rides/r1/cancel", {}, "ride-already-ended"],
      [ann, "/rides/r1/book", places, "ride-already-ended"],
      [dan, "/rides/r1/complete", { ...fare, fare: 1 }, "ride-already-ended"],
    ];
    for (const [user, path, body, code] of asks)
      expect(await user.post(path, body)).toMatchObject(refusal(code));
    await must(root.post("/rides/r3/assign", { driver: "dan" }));
    expect(await dan.post("/rides/r3/complete", fare)).toMatchObject(refusal("ride-not-started"));
    await must(dan.post("/rides/r3/start"));
    expect(await ann.post("/rides/r3/cancel")).toMatchObject(refusal("ride-already-started"));
  });

  test("is cancelled by its rider or its driver", async () => {
    const { ann, dan, root } = town;
    for (const [id, user] of [
      ["c1", ann],
      ["c2", dan],
    ] as const) {
      await must(ann.post(`/rides/${id}/book`, places));
      await must(root.post(`/rides/${id}/assign`, { driver: "dan" }));
      const cancelled = await must(user.post(`/rides/${id}/cancel`));
      expect(await ann.get(`/rides/${id}`, seen(cancelled))).toMatchObject({
        body: { status: "cancelled" },
      });
    }
  });

  test("is on the rider's list and on the driver's, and on no other", async () => {
    await host.system.idle();
    const { ann, dan, eve } = town;
    const ids = async (user: User, path: string) =>
      itemsOf(await must(user.get(path))).map(({ id }) => id);
    expect(await ids(ann, "/rides")).toEqual(["c1", "c2", "r1", "r2", "r3"]);
    expect(await ids(dan, "/rides?driver=dan")).toEqual(["r1", "r3", "c1", "c2"]);
    expect(await ids(dan, "/rides")).toEqual([]);
    expect(await ids(eve, "/rides?driver=eve")).toEqual([]);
  });
});

describe("a like", () => {
  const likesOf = async (user: User, post: string, ...replies: readonly Reply[]) =>
    (await whenServed(() => user.get(`/posts/${post}`, replies.length > 0 ? seen(...replies) : {})))
      .body;

  test("is the caller's own: 201 the first time, and safe to repeat", async () => {
    const { ann } = town;
    const liked = await ann.post("/posts/p1/like");
    expect(liked).toMatchObject({
      status: 201,
      headers: { etag: '"1"', "consistency-token": "like-p1.ann@1" },
      body: { id: "p1", version: 1, events: [{ type: "PostLiked", version: 1 }] },
    });
    expect(await ann.post("/posts/p1/like", {})).toMatchObject({
      status: 200,
      body: { id: "p1", version: 1, events: [] },
    });
    expect(await likesOf(ann, "p1", liked)).toEqual({ id: "p1", likes: 1, likedByMe: true });
  });

  test("is one of many, of whom each sees their own", async () => {
    const { ann, eve, dan } = town;
    const odd = await host.as("auth0|5f7c/é");
    const replies = [
      await must(eve.post("/posts/p1/like")),
      await must(odd.post("/posts/p1/like")),
      await must(eve.post("/posts/p1/unlike")),
    ];
    expect(await likesOf(ann, "p1", ...replies)).toEqual({ id: "p1", likes: 2, likedByMe: true });
    expect(await likesOf(odd, "p1", ...replies)).toMatchObject({ likes: 2, likedByMe: true });
    expect(await likesOf(eve, "p1", ...replies)).toMatchObject({ likes: 2, likedByMe: false });
    expect(await likesOf(dan, "p1", ...replies)).toMatchObject({ likes: 2, likedByMe: false });
  });

  test("that never was is taken back without a trace", async () => {
    const unliked = await town.ann.post("/posts/p2/unlike");
    expect(unliked).toMatchObject({ status: 200, headers: { etag: '"0"' } });
    expect(unliked.body).toEqual({ id: "p2", version: 0, events: [] });
    expect(unliked.headers).not.toHaveProperty("consistency-token");
    expect(await likesOf(town.ann, "p2")).toEqual({ id: "p2", likes: 0, likedByMe: false });
  });

  test("counts once, whoever of a crowd clicks how often", async () => {
    const crowd = await Promise.all(Array.from({ length: 20 }, (_, n) => host.as(`fan-${n}`)));
    const clicks = crowd.flatMap((fan, n) => [
      fan.post("/posts/viral/like"),
      fan.post("/posts/viral/like"),
      ...(n % 4 === 0 ? [fan.post("/posts/viral/unlike")] : []),
    ]);
    const replies = await Promise.all(clicks);
    expect(replies.filter(({ status }) => status >= 300)).toEqual([]);
    await host.system.idle();
    const mine = await Promise.all(crowd.map((fan) => likesOf(fan, "viral")));
    const likers = mine.filter((body) => Object(body).likedByMe).length;
    for (const body of mine) expect(Object(body).likes).toBe(likers);
    expect(likers).toBeGreaterThanOrEqual(15);
  });

  test.each(["/posts", "/posts/p1/history", "/posts/p1/integrity"])(
    "has no page of its own: %s is not found",
    async (path) => {
      expect(await town.ann.get(path)).toMatchObject({ status: 404 });
    },
  );

  test.each(["?user=ann", "?postId=p2", "?limit=1", "?cursor=x", "?version=1"])(
    "is not asked for with %s",
    async (query) => {
      expect(await town.ann.get(`/posts/p1${query}`)).toMatchObject({ status: 400 });
    },
  );
});

describe("a cart", () => {
  const tea = { sku: "tea", quantity: 3, price: 350 };

  test("keeps what was removed from it", async () => {
    const { ann } = town;
    expect(await ann.post("/carts/c1/add", tea)).toMatchObject({
      status: 201,
      body: { events: [{ type: "ItemAdded", version: 1 }] },
    });
    await must(ann.post("/carts/c1/add", { sku: "jam", quantity: 1, price: 299 }));
    await must(ann.post("/carts/c1/remove", { sku: "tea", quantity: 1 }));
    const removed = await must(ann.post("/carts/c1/remove", { sku: "tea", quantity: 1 }));
    expect((await must(ann.get("/carts/c1", seen(removed)))).body).toEqual({
      id: "c1",
      version: 4,
      status: "open",
      currency: "USD",
      items: [
        { sku: "tea", quantity: 1, price: 350 },
        { sku: "jam", quantity: 1, price: 299 },
      ],
      total: 649,
      removed: [{ sku: "tea", quantity: 2 }],
    });
    const out = await must(ann.post("/carts/c1/checkout"));
    expect(await historyOf(ann, "/carts/c1")).toMatchObject([
      ["ItemAdded", { ...tea, currency: "USD", user: "ann" }],
      ["ItemAdded", {}],
      ["ItemRemoved", { sku: "tea", quantity: 1 }],
      ["ItemRemoved", { sku: "tea", quantity: 1 }],
      ["CartCheckedOut", { total: 649, currency: "USD" }],
    ]);
    expect(await ann.get("/carts/c1", seen(out))).toMatchObject({
      body: { status: "checked-out" },
    });
    expect(await ann.post("/carts/c1/checkout")).toMatchObject({ body: { events: [] } });
  });

  test.each([
    ["/carts/c1/add", tea, "cart-checked-out"],
    ["/carts/c1/remove", { sku: "tea", quantity: 1 }, "cart-checked-out"],
    ["/carts/none/checkout", {}, "cart-empty"],
    ["/carts/none/remove", { sku: "tea", quantity: 1 }, "not-in-cart"],
  ])("refuses %s %j: %s", async (path, body, code) => {
    expect(await town.ann.post(path, body)).toMatchObject(refusal(code));
  });

  test("is in one currency", async () => {
    await must(town.ann.post("/carts/c2/add", { ...tea, currency: "EUR" }));
    expect(await town.ann.post("/carts/c2/add", { ...tea, currency: "USD" })).toMatchObject(
      refusal("currency-mismatch"),
    );
  });

  test("tells what is removed, by article, to those who look after the shop", async () => {
    const { eve, aud } = town;
    const article = "Tee/grün #5 & mehr";
    await must(eve.post("/carts/c3/add", { sku: article, quantity: 9, price: 1 }));
    await must(eve.post("/carts/c3/remove", { sku: article, quantity: 4 }));
    const removed = await must(eve.post("/carts/c3/remove", { sku: article, quantity: 2 }));
    const ask = (sku: string, token = {}) =>
      whenServed(() => aud.get(`/views/removed-items?sku=${encodeURIComponent(sku)}`, token));
    expect(itemsOf(await ask(article, seen(removed)))).toEqual([
      { sku: article, removals: 2, quantity: 6 },
    ]);
    expect(itemsOf(await ask("tea"))).toEqual([{ sku: "tea", removals: 2, quantity: 2 }]);
    expect(itemsOf(await ask("never"))).toEqual([]);
  });
});

describe("a playback", () => {
  test("remembers the latest position, for each user their own", async () => {
    const { ann, eve } = town;
    expect(await ann.post("/playbacks/film/start", { position: 0 })).toMatchObject({
      status: 201,
      headers: { "consistency-token": "playback-film.ann@1" },
      body: { id: "film", version: 1, events: [{ type: "PlaybackStarted", version: 1 }] },
    });
    await must(ann.post("/playbacks/film/progress", { position: 2_710 }));
    expect(await ann.post("/playbacks/film/progress", { position: 2_710 })).toMatchObject({
      body: { version: 2, events: [] },
    });
    const stopped = await must(ann.post("/playbacks/film/stop", { position: 2_715.5 }));
    expect((await must(ann.get("/playbacks/film", seen(stopped)))).body).toEqual({
      title: "film",
      version: 3,
      position: 2_715.5,
      status: "stopped",
      updatedAt: isoTime,
    });
    expect(await eve.get("/playbacks/film")).toMatchObject({ status: 404 });
    await must(eve.post("/playbacks/film/finish"));
    expect(await historyOf(eve, "/playbacks/film")).toEqual([
      ["PlaybackFinished", { user: "eve" }],
    ]);
    expect(await ann.get("/playbacks/film/integrity")).toMatchObject({ body: { version: 3 } });
  });

  test("goes on where it ended, and begins anew once it was finished", async () => {
    const { ann } = town;
    await must(ann.post("/playbacks/film/start"));
    const going = await must(ann.get("/playbacks/film?version=4"));
    expect(going.body).toMatchObject({ position: 2_715.5, status: "playing" });
    await must(ann.post("/playbacks/film/finish"));
    expect(await ann.post("/playbacks/film/finish")).toMatchObject({ body: { events: [] } });
    const anew = await must(ann.post("/playbacks/film/start"));
    expect((await must(ann.get("/playbacks/film", seen(anew)))).body).toMatchObject({
      version: 6,
      position: 0,
      status: "playing",
    });
  });

  test("is among what to continue until it is finished, the latest first", async () => {
    const user = await host.as("watcher");
    const titles = async (...replies: readonly Reply[]) =>
      itemsOf(await must(user.get("/views/continue-watching", seen(...replies)))).map(
        ({ title }) => title,
      );
    const first = await must(user.post("/playbacks/one/start", { position: 1 }));
    const second = await must(user.post("/playbacks/two/start", { position: 2 }));
    expect(await titles(first, second)).toEqual(["two", "one"]);
    const again = await must(user.post("/playbacks/one/progress", { position: 3 }));
    expect(await titles(again, second)).toEqual(["one", "two"]);
    const finished = await must(user.post("/playbacks/one/finish"));
    expect(await titles(finished, second)).toEqual(["two"]);
    await host.system.idle();
    expect(itemsOf(await must(user.get("/views/continue-watching")))).toMatchObject([
      { title: "two", position: 2, status: "playing" },
    ]);
    expect(itemsOf(await must(user.get("/playbacks")))).toHaveLength(2);
  });
});
