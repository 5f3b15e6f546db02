import { rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createDice } from "../clock.ts";
import { type Host, startHost, type User } from "./host.ts";
import { cursorOf, itemsOf } from "./http.ts";
import { historyOf } from "./load.ts";
import { must, opening } from "./town.ts";

const seed = Number(process.env.SEED ?? Date.now() % 1_000_000);
const dice = createDice(seed);
const commandsSent = 400;

let host: Host;
let users: readonly User[];
let root: User;

const upTo = (bound: number): number => Math.floor(dice() * bound);
const pick = <T>(items: readonly T[]): T => items[upTo(items.length)] ?? expect.fail();

const names = ["ann", "ben", "cid"] as const;
const things = ["x0", "x1", "x2"] as const;
const skus = ["tea", "jam", "gin"] as const;

/** Any command of any domain; many are refused, and that is fine. */
const command = (user: User): readonly [path: string, body: object] => {
  const own = `${user.sub}-${pick(things)}`;
  const foreign = `${pick(names)}-${pick(things)}`;
  const amount = 1 + upTo(50);
  const sku = pick(skus);
  const any: readonly (readonly [string, object])[] = [
    [`/accounts/${own}/open`, opening(500)],
    [`/accounts/${own}/deposit`, { amount: amount * 10_000 }],
    [`/accounts/${own}/withdraw`, { amount }],
    [`/accounts/${own}/transfer`, { to: foreign, amount }],
    [`/accounts/${own}/close`, {}],
    [`/carts/${own}/add`, { sku, quantity: 2, price: amount }],
    [`/carts/${own}/remove`, { sku, quantity: 1 }],
    [`/carts/${own}/remove`, { sku, quantity: 1 }],
    [`/posts/${pick(things)}/like`, {}],
    [`/posts/${pick(things)}/unlike`, {}],
    [`/playbacks/${pick(things)}/progress`, { position: amount }],
    [`/playbacks/${pick(things)}/finish`, {}],
    [`/documents/${own}/create`, { title: own, body: "" }],
    [`/documents/${own}/edit`, { body: `${amount}\n` }],
    [`/rides/${own}/book`, { pickup: "Home", destination: "Work" }],
    [`/rides/${own}/cancel`, {}],
  ];
  return pick(any);
};

const greet = async (): Promise<void> => {
  users = await Promise.all(names.map((name) => host.as(name)));
  root = await host.as("root", "admin");
};

beforeAll(async () => {
  process.stdout.write(`seed ${seed}\n`);
  const pump = { disorderSeed: seed, batchSize: 40 };
  host = await startHost({ pump });
  await greet();
  for (let sent = 0; sent < commandsSent; sent += 8)
    await Promise.all(
      Array.from({ length: 8 }, () => {
        const user = pick(users);
        const [path, body] = command(user);
        if (/rides/.test(path) && upTo(2) === 0)
          return root.post(path.replace(/\w+$/, "assign"), { driver: pick(names) });
        return user.post(path, body);
      }),
    );
  await host.system.idle();
  // The whole stream once more, from its beginning.
  const { dataDir } = host;
  await host.stop({ keepData: true });
  await rm(join(dataDir, "checkpoints"), { recursive: true });
  host = await startHost({ pump, dataDir });
  await greet();
  await host.system.idle();
});
afterAll(() => host.stop());

/** Everything that a list holds. */
const everything = async (
  user: User,
  path: string,
): Promise<readonly Record<string, unknown>[]> => {
  const items: Record<string, unknown>[] = [];
  let cursor: string | undefined;
  do {
    const more: string = cursor === undefined ? "" : `&cursor=${encodeURIComponent(cursor)}`;
    const joint = path.includes("?") ? "&" : "?";
    const page = await must(user.get(`${path}${joint}limit=100${more}`));
    items.push(...itemsOf(page));
    cursor = cursorOf(page);
  } while (cursor !== undefined);
  return items;
};

interface Happened {
  readonly user: string;
  readonly id: string;
  readonly version: number;
  readonly type: string;
  readonly data: Record<string, unknown>;
}

/** Every event of a collection, out of the log. */
const eventsOf = async (collection: string): Promise<readonly Happened[]> => {
  const events: Happened[] = [];
  for (const user of users)
    for (const thing of things) {
      const id = collection === "playbacks" ? thing : `${user.sub}-${thing}`;
      const history = await historyOf(user, `/${collection}/${id}`);
      for (const [index, event] of history.entries())
        events.push({ user: user.sub, id, version: index + 1, ...event });
    }
  return events;
};

const sumOf = (values: readonly unknown[]): number =>
  values.reduce<number>((sum, value) => sum + Number(value), 0);

describe("after a stream that was out of order, doubled and late", () => {
  test.each(["accounts", "carts", "documents", "playbacks", "rides"])(
    "%s are the fold of the log",
    async (collection) => {
      let seen = 0;
      for (const user of users) {
        const key = collection === "playbacks" ? "title" : "id";
        const listed = new Map(
          (await everything(user, `/${collection}`)).map((item) => [item[key], item]),
        );
        for (const thing of things) {
          const id = collection === "playbacks" ? thing : `${user.sub}-${thing}`;
          const path = `/${collection}/${id}`;
          const { length: head } = await historyOf(user, path);
          if (head === 0) {
            expect(await user.get(path)).toMatchObject({ status: 404 });
            continue;
          }
          // The past is folded from the log, the present is read from the view.
          const folded = await must(user.get(`${path}?version=${head}`));
          expect((await must(user.get(path))).body).toEqual(folded.body);
          expect(listed.get(id)).toEqual(folded.body);
          listed.delete(id);
          seen += 1;
        }
        expect([...listed.keys()]).toEqual([]);
      }
      expect(seen).toBeGreaterThan(2);
    },
  );

  test("balances are the sums of open accounts", async () => {
    for (const user of users) {
      const own = await everything(user, "/accounts");
      const balances = itemsOf(await must(user.get(`/views/balances?user=${user.sub}`)));
      expect(balances).toEqual([
        {
          user: user.sub,
          currency: "USD",
          currentBalance: sumOf(own.map(({ balance }) => balance)),
          accounts: own.filter(({ status }) => status === "open").length,
        },
      ]);
    }
  });

  test("the audit trail has every event once", async () => {
    const events = await eventsOf("accounts");
    for (const { sub } of users) {
      const trail = await everything(root, `/views/audit?user=${sub}`);
      expect(trail.map(({ account, version }) => `${account}@${version}`).sort()).toEqual(
        events
          .filter(({ user }) => user === sub)
          .map(({ id, version }) => `${id}@${version}`)
          .sort(),
      );
      const dates = trail.map(({ date }) => String(date));
      expect(dates).toEqual(dates.toSorted().reverse());
    }
  });

  test("withdrawals are what was withdrawn", async () => {
    const events = await eventsOf("accounts");
    const months = [
      ...new Set(
        [0, -1].map((back) => {
          const day = new Date();
          day.setUTCMinutes(day.getUTCMinutes() + back * 30);
          return day.toISOString().slice(0, 7);
        }),
      ),
    ];
    const shown = await Promise.all(
      months.map((month) => everything(root, `/views/withdrawals?currency=USD&month=${month}`)),
    );
    const expected = users
      .map(({ sub }) => {
        const own = events.filter(({ user, type }) => user === sub && type === "MoneyWithdrawn");
        return [sub, sumOf(own.map(({ data }) => data.amount))];
      })
      .filter(([, sum]) => sum !== 0);
    const sums = new Map<unknown, number>();
    for (const { user, withdrawn } of shown.flat())
      sums.set(user, (sums.get(user) ?? 0) + Number(withdrawn));
    expect(sums).toEqual(new Map(expected as [string, number][]));
  });

  test("vips are who has deposited enough, highest first", async () => {
    const accounts = (await Promise.all(users.map((user) => everything(user, "/accounts")))).flat();
    const expected = accounts
      .map(({ id, totalDeposits }) => ({ id: String(id), totalDeposits: Number(totalDeposits) }))
      .filter(({ totalDeposits }) => totalDeposits > 1_000_000);
    const shown = await everything(root, "/views/vips?currency=USD");
    expect(shown.map(({ id }) => String(id)).sort()).toEqual(expected.map(({ id }) => id).sort());
    const deposits = shown.map(({ totalDeposits }) => Number(totalDeposits));
    expect(deposits).toEqual(deposits.toSorted((left, right) => right - left));
  });

  test("likes are as many as those who like", async () => {
    for (const post of things) {
      const answers = await Promise.all(users.map((user) => must(user.get(`/posts/${post}`))));
      const likers = answers.filter(({ body }) => Object(body).likedByMe).length;
      for (const { body } of answers) expect(body).toMatchObject({ id: post, likes: likers });
    }
  });

  test("removed items are counted by article", async () => {
    const events = await eventsOf("carts");
    for (const sku of skus) {
      const removed = events.filter(({ type, data }) => type === "ItemRemoved" && data.sku === sku);
      const quantity = sumOf(removed.map(({ data }) => data.quantity));
      expect(await everything(root, `/views/removed-items?sku=${sku}`)).toEqual(
        removed.length === 0 ? [] : [{ sku, removals: removed.length, quantity }],
      );
    }
  });

  test("what to continue is what is not finished, latest first", async () => {
    for (const user of users) {
      const unfinished = (await everything(user, "/playbacks"))
        .filter(({ status }) => status !== "finished")
        .map(({ title }) => String(title));
      const shown = await everything(user, "/views/continue-watching");
      expect(shown.map(({ title }) => String(title)).sort()).toEqual(unfinished.sort());
      const times = shown.map(({ updatedAt }) => String(updatedAt));
      expect(times).toEqual(times.toSorted().reverse());
    }
  });

  test("a driver's list has the rides that they were assigned", async () => {
    const events = await eventsOf("rides");
    for (const user of users) {
      const driven = events.filter(
        ({ type, data }) => type === "RideAssigned" && data.driver === user.sub,
      );
      const shown = await everything(user, `/rides?driver=${user.sub}`);
      expect(shown.map(({ id }) => String(id)).sort()).toEqual(
        [...new Set(driven.map(({ id }) => id))].sort(),
      );
    }
  });

  test("an audit finds nothing", async () => {
    await must(root.post("/admin/audit"));
    await host.system.idle();
    expect((await must(root.get("/admin/audit"))).body).toMatchObject({
      status: "done",
      ok: true,
      problems: [],
    });
  });
});
