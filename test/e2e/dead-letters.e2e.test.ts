import { setTimeout as sleep } from "node:timers/promises";
import { DeleteCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { createDocumentClient } from "../../lib/adapters/dynamodb/client.ts";
import { eventTable } from "../../lib/core/system/tables.ts";
import { sampleCommit } from "../sample-commit.ts";
import { type Host, startHost } from "./host.ts";
import { itemsOf, seen, whenServed } from "./http.ts";
import { meet, must, type Town } from "./town.ts";

// Four attempts would take half a minute.
vi.mock(import("../../lib/core/system/queues.ts"), async (original) => ({
  ...(await original()),
  retryDelaySeconds: () => 0,
}));

let host: Host;
let town: Town;

beforeAll(async () => {
  host = await startHost();
  town = await meet(host);
});
afterAll(() => host.stop());

const deadLetters = async () => must(town.root.get("/admin/dead-letters"));
const messagesAre = async (count: number): Promise<void> => {
  const ask = async (): Promise<number> => Object((await deadLetters()).body).messages;
  let messages = await ask();
  for (const deadline = Date.now() + 60_000; messages !== count; messages = await ask()) {
    if (Date.now() > deadline) throw new Error(`${messages} messages instead of ${count}.`);
    await sleep(20);
  }
};
const followers = ["carts", "people-carts", "removed-items"];
const strange = sampleCommit("cart-strange", undefined, { version: 2, owner: "ann" });
const shapeless = { stream: "cart-shapeless", version: 2, format: 99 };

describe.each([
  ["a commit of events that no view knows", "strange", strange, "Noted"],
  ["an item that is no commit", "shapeless", shapeless, "format"],
])("%s", (_, id, poison, reason) => {
  const stream = `cart-${id}`;
  const sku = `tea-${id}`;
  const TableName = eventTable.name;

  test("parks its stream, and holds up no other", async () => {
    const { ann, aud } = town;
    await must(ann.post(`/carts/${id}/add`, { sku, quantity: 2, price: 1 }));
    await host.system.idle();
    await createDocumentClient().send(new PutCommand({ TableName, Item: poison }));
    const other = [
      await must(ann.post(`/carts/${id}-well/add`, { sku, quantity: 2, price: 1 })),
      await must(ann.post(`/carts/${id}-well/remove`, { sku, quantity: 2 })),
    ];
    const removed = await whenServed(() =>
      aud.get(`/views/removed-items?sku=${sku}`, seen(...other)),
    );
    expect(itemsOf(removed)).toEqual([{ sku, removals: 1, quantity: 2 }]);
    expect(await ann.get(`/carts/${id}`)).toMatchObject({ status: 200, body: { version: 1 } });
  });

  test("is given up in the end, with the reason, for everybody to see", async () => {
    let items = itemsOf(await deadLetters());
    for (const deadline = Date.now() + 60_000; items.length < followers.length; ) {
      if (Date.now() > deadline) throw new Error(`Not given up: ${JSON.stringify(items)}`);
      await sleep(20);
      items = itemsOf(await deadLetters());
    }
    expect(items.map(({ view }) => view).sort()).toEqual(followers);
    await host.system.idle();
    // The bus cannot read it either.
    await messagesAre(followers.length + 1);
    for (const item of items)
      expect(item).toMatchObject({ stream, dead: true, reason: expect.stringContaining(reason) });
    const { body } = await must(town.root.get("/admin/views"));
    const parked = Object(body).items.filter(({ parked: count }: { parked: number }) => count > 0);
    expect(parked.map(({ name }: { name: string }) => name).sort()).toEqual(followers);
  });

  test("is healed by a redrive once its cause is gone, without a rebuild", async () => {
    const { ann, aud, root } = town;
    const Key = { stream, version: 2 };
    await createDocumentClient().send(new DeleteCommand({ TableName, Key }));
    const repaired = await must(ann.post(`/carts/${id}/remove`, { sku, quantity: 1 }));
    expect(await root.post("/admin/dead-letters/redrive")).toMatchObject({
      status: 202,
      body: { streams: 3, messages: 4, more: false },
    });
    const removed = await whenServed(() =>
      aud.get(`/views/removed-items?sku=${sku}`, seen(repaired)),
    );
    expect(itemsOf(removed)).toEqual([{ sku, removals: 2, quantity: 3 }]);
    await host.system.idle();
    expect((await deadLetters()).body).toEqual({ items: [], messages: 0 });
    expect(await ann.get(`/carts/${id}`)).toMatchObject({ body: { version: 2, total: 1 } });
    const { body } = await must(root.get("/admin/views"));
    for (const view of Object(body).items) expect(view).toMatchObject({ parked: 0, generation: 1 });
  });

  test("leaves nothing to redrive", async () => {
    expect(await town.root.post("/admin/dead-letters/redrive")).toMatchObject({
      status: 202,
      body: { streams: 0, messages: 0, more: false },
    });
  });
});
