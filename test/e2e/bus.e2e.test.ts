import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { type Host, startHost } from "./host.ts";
import { itemsOf } from "./http.ts";
import { meet, must, type Town } from "./town.ts";

const bus = vi.hoisted(() => ({ refusals: 0 }));

// A bus that is down for so many calls.
vi.mock(import("../../lib/adapters/eventbridge/bus.ts"), async (original) => {
  const real = await original();
  return {
    ...real,
    createBus: (...made) => {
      const { publish } = real.createBus(...made);
      return {
        publish: async (events) => {
          if (bus.refusals <= 0 || events.length === 0) return publish(events);
          bus.refusals -= 1;
          return events.map((event) => ({ event, cause: new Error("The bus is down.") }));
        },
      };
    },
  };
});

// Four attempts would take half a minute.
vi.mock(import("../../lib/core/system/queues.ts"), async (original) => ({
  ...(await original()),
  retryDelaySeconds: () => 0,
}));

const retriesMax = 2;
/** Calls of the publisher for one batch before it is given up. */
const attempts = 1 + retriesMax;
const receivesMax = 5;

let host: Host;
let town: Town;

beforeAll(async () => {
  host = await startHost({ pump: { retriesMax, backoffMs: 1 } });
  town = await meet(host);
});
afterAll(() => host.stop());

const until = async <T>(ask: () => Promise<T>, isSo: (answer: T) => boolean): Promise<T> => {
  const deadline = Date.now() + 60_000;
  for (;;) {
    const answer = await ask();
    if (isSo(answer)) return answer;
    if (Date.now() > deadline) throw new Error(`It never came: ${JSON.stringify(answer)}`);
    await sleep(20);
  }
};

const add = (cart: string) =>
  must(town.ann.post(`/carts/${cart}/add`, { sku: "tea", quantity: 1, price: 1 }));
const published = async (cart: string): Promise<readonly string[]> => {
  const items = itemsOf(await host.http("/local/bus"));
  const ids = items.map(({ detail }) => String(Object(detail).id));
  return ids.filter((id) => id.startsWith(`cart-${cart}@`)).toReversed();
};
const givenUp = async (): Promise<number> => {
  const files = await readdir(join(host.dataDir, "failures", "publisher"), { recursive: true });
  return files.filter((name) => /[0-9a-f]{12}$/.test(name)).length;
};
const deadMessages = async (): Promise<number> =>
  Object((await must(town.root.get("/admin/dead-letters"))).body).messages;

describe("events that the bus did not take", () => {
  test("are published from the log, once the publisher has given them up", async () => {
    bus.refusals = attempts;
    await add("a");
    expect(
      await until(
        () => published("a"),
        ({ length }) => length > 0,
      ),
    ).toEqual(["cart-a@1"]);
    expect(await givenUp()).toBe(1);
    expect(bus.refusals).toBe(0);
  });

  test("hold up no later ones", async () => {
    await add("b");
    await host.system.idle();
    expect(await published("b")).toEqual(["cart-b@1"]);
  });

  test("wait among the dead letters while the bus stays down, and come with a redrive", async () => {
    bus.refusals = attempts + receivesMax;
    await add("c");
    expect(await until(deadMessages, (count) => count > 0)).toBe(1);
    expect(await published("c")).toEqual([]);
    const redriven = { streams: 0, messages: 1, more: false };
    expect((await must(town.root.post("/admin/dead-letters/redrive"))).body).toEqual(redriven);
    expect(
      await until(
        () => published("c"),
        ({ length }) => length > 0,
      ),
    ).toEqual(["cart-c@1"]);
    expect(await deadMessages()).toBe(0);
  });
});
