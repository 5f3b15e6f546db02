import { expect, test } from "vitest";
import { createClient } from "../../lib/client/client.ts";
import account from "../../lib/domains/account/index.ts";
import { type Script, scriptedServer, tokenNaming } from "./scripted-server.ts";

const token = tokenNaming({ sub: "ann" });
const owner = { name: "Ann", email: "ann@example.com" };
const time = "2026-11-01T10:00:00.000Z";
const opened = {
  version: 1,
  type: "AccountOpened",
  data: { owner, ownerId: "ann", currency: "USD", initialBalance: 5 },
  time,
  actor: "ann",
};
const deposited = { ...opened, version: 2, type: "MoneyDeposited" };

const follow = (...answers: readonly Script[]) => {
  const { wire: world, seen } = scriptedServer(answers);
  const api = createClient({
    url: "https://api.test",
    token,
    domains: { accounts: account },
    world,
  });
  const shown: unknown[] = [];
  const followed = api.accounts.optimistic("a1", (document, pending) =>
    shown.push([document?.version, document?.balance, pending]),
  );
  return { followed, shown, seen };
};

test("a document is followed by its history, and shows what a command will make of it", async () => {
  const { followed, shown, seen } = follow(
    { body: { items: [opened] } },
    { body: { id: "a1", version: 2, events: [] } },
    { body: { items: [opened, { ...deposited, data: { amount: 7, currency: "USD" } }] } },
  );
  const live = await followed;
  expect(live.document).toMatchObject({ id: "a1", version: 1, owner, balance: 5 });
  const done = live.deposit({ amount: 7 }, { ifMatch: 1 });
  expect(live.document).toMatchObject({ version: 2, balance: 12 });
  expect(live.pending).toBe(1);
  expect(await done).toMatchObject({ version: 2, balance: 12, openedAt: time });
  expect(live.pending).toBe(0);
  expect(shown).toEqual([
    [2, 12, 1],
    [2, 12, 0],
  ]);
  expect(seen.map(({ method, path }) => `${method} ${path}`)).toEqual([
    "GET /accounts/a1/history",
    "POST /accounts/a1/deposit",
    "GET /accounts/a1/history",
  ]);
  expect(seen[1]?.headers["if-match"]).toBe('"1"');
});

test("what does not exist yet is expected to begin", async () => {
  const { followed } = follow({ status: 404 }, "breaks");
  const live = await followed;
  expect(live.document).toBeUndefined();
  const lost = expect(live.open({ owner, currency: "USD" })).rejects.toThrow("got no answer");
  expect(live.document).toMatchObject({ version: 1, ownerId: "ann", balance: 0, owner });
  await lost;
  expect(live.document).toBeUndefined();
});

test("what others did is read on request", async () => {
  const { followed, shown } = follow(
    { body: { items: [opened] } },
    { body: { items: [opened, { ...deposited, data: { amount: 1, currency: "USD" } }] } },
  );
  expect(await (await followed).refresh()).toMatchObject({ version: 2, balance: 6 });
  expect(shown).toEqual([[2, 6, 0]]);
});

test("what is not the caller's cannot be followed", async () => {
  await expect(follow({ status: 403 }).followed).rejects.toMatchObject({ status: 403 });
});
