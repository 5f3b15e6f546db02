import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createEventStore } from "../../lib/adapters/dynamodb/event-store.ts";
import type { StoredEvent } from "../../lib/core/log/commit.ts";
import { eventTable, idempotencyTable } from "../../lib/core/system/tables.ts";
import { meteredClient } from "../adapters/dynamodb/metered-client.ts";
import { sampleCommit } from "../sample-commit.ts";
import { type Host, startHost } from "./host.ts";
import { itemsOf, seen } from "./http.ts";
import { meet, must, opening, type Town } from "./town.ts";

let host: Host;
let town: Town;

/** Commits events in the shape of an older day, right after what the stream holds. */
const commitOld = async (stream: string, events: readonly StoredEvent[]): Promise<void> => {
  const store = createEventStore(meteredClient(), {
    events: eventTable.name,
    idempotency: idempotencyTable.name,
  });
  const [previous] = await store.tail(stream, { limit: 1, consistent: true });
  const snapshotVersion = previous?.snapshot ? previous.version : 0;
  const time = previous?.time ?? "2026-01-01T00:00:00.000Z";
  const commit = sampleCommit(stream, previous, { events, time, owner: "ann", snapshotVersion });
  expect(await store.append([commit])).toEqual({ outcome: "written" });
};

beforeAll(async () => {
  host = await startHost();
  town = await meet(host);
  await must(town.ann.post("/accounts/old/open", opening(100)));
  await commitOld("account-old", [
    { type: "MoneyDeposited", schema: 1, data: { amount: 12.5 } },
    { type: "MoneyDeposited", schema: 1, data: { amount: 0.29 } },
  ]);
  const item = { user: "ann", sku: "tea", quantity: 3, price: 350 };
  await commitOld("cart-old", [{ type: "ItemAdded", schema: 1, data: item }]);
  await host.system.idle();
});
afterAll(() => host.stop());

const checkViews = async (): Promise<void> => {
  const { ann } = town;
  expect(itemsOf(await must(ann.get("/accounts")))).toMatchObject([
    { balance: 1_379, totalDeposits: 1_279, version: 3 },
  ]);
  expect(itemsOf(await must(ann.get("/views/balances?user=ann")))).toEqual([
    { user: "ann", currency: "USD", currentBalance: 1_379, accounts: 1 },
  ]);
  expect(itemsOf(await must(ann.get("/views/audit?user=ann")))).toMatchObject([
    { operation: "deposit", amount: 29, currency: "USD", version: 3 },
    { operation: "deposit", amount: 1_250, currency: "USD", version: 2 },
    { operation: "open", amount: 100, version: 1 },
  ]);
};

describe("deposits from the days of decimal dollars, and carts from before they knew currencies", () => {
  test("are in every view", checkViews);

  test("are in the document, now and as it was", async () => {
    const { ann } = town;
    expect(await ann.get("/accounts/old?version=2")).toMatchObject({ body: { balance: 1_350 } });
    expect(await ann.get("/accounts/old")).toMatchObject({ body: { balance: 1_379 } });
    expect(await ann.get("/carts/old")).toMatchObject({
      body: { currency: "USD", total: 1_050, items: [{ sku: "tea", quantity: 3, price: 350 }] },
    });
  });

  test("are told by the history, the export and the bus in today's shape", async () => {
    const { ann } = town;
    const today = { amount: 1_250, currency: "USD" };
    expect(itemsOf(await must(ann.get("/accounts/old/history")))[1]).toMatchObject({ data: today });
    const { body: exported } = await must(ann.get("/people/ann/export"));
    expect(Object(exported).streams).toMatchObject([
      { stream: "account-old", events: [{}, { data: today }, {}] },
      { stream: "cart-old", events: [{ data: { currency: "USD" } }] },
    ]);
    const { body: bus } = await host.http("/local/bus");
    const onBus = new Map(
      Object(bus).items.map(({ detail }: { detail: { id: string } }) => [detail.id, detail]),
    );
    expect(onBus.get("account-old@2")).toMatchObject({ schema: 2, data: today });
    expect(onBus.get("cart-old@1")).toMatchObject({ schema: 2, data: { currency: "USD" } });
  });

  test("are in every view that is built anew", async () => {
    for (const view of ["accounts", "balances", "audit"])
      await must(town.root.post(`/admin/views/${view}/rebuild`));
    await host.system.idle();
    await host.restart();
    town = await meet(host);
    expect(itemsOf(await must(town.root.get("/admin/views")))[0]).toMatchObject({ generation: 2 });
    await checkViews();
  });

  test("keep their hashes, and satisfy an audit", async () => {
    const { ann, root } = town;
    for (const path of ["/accounts/old", "/carts/old"])
      expect(await ann.get(`${path}/integrity`)).toMatchObject({ body: { ok: true } });
    await must(root.post("/admin/audit"));
    await host.system.idle();
    expect((await must(root.get("/admin/audit"))).body).toMatchObject({
      status: "done",
      ok: true,
      problems: [],
    });
  });

  test("are what new commands are decided on", async () => {
    const { ann } = town;
    expect(await ann.post("/accounts/old/withdraw", { amount: 1_380 })).toMatchObject({
      body: { code: "insufficient-funds" },
    });
    const emptied = await must(ann.post("/accounts/old/withdraw", { amount: 1_379 }));
    expect(await ann.get("/accounts/old", seen(emptied))).toMatchObject({ body: { balance: 0 } });
    const added = { sku: "jam", quantity: 1, price: 1, currency: "EUR" };
    expect(await ann.post("/carts/old/add", added)).toMatchObject({
      body: { code: "currency-mismatch" },
    });
    expect(await ann.post("/carts/old/checkout")).toMatchObject({ status: 200 });
  });
});
