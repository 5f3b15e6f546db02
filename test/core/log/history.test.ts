import { describe, expect, test } from "vitest";
import { type HistoryItem, readHistory } from "../../../lib/core/log/history.ts";
import { Personal } from "../../../lib/core/personal/personal.ts";
import { createCommandProcess } from "../../command-process.ts";
import { Command, jar } from "../../jar.ts";
import { jarHistory } from "../../jar-history.ts";
import { createMemoryEventStore } from "../../memory-event-store.ts";

const counts = [2, 1, 7, 1, 3];
const store = createMemoryEventStore();
const { stream, commits } = jarHistory("1", counts);
store.plant(stream, commits);

const page = (from: number, limit: number) => readHistory(jar, store, stream, { from, limit });

describe("the history of a stream", () => {
  test("shows its events in order, each with its version, time and actor", async () => {
    const { items, next } = await page(1, 3);
    expect(next).toBe(4);
    expect(items).toEqual([
      {
        version: 1,
        type: "Made",
        data: { ownerId: "ann", coins: 1 },
        time: commits[0]?.time,
        actor: "ann",
      },
      expect.objectContaining({ version: 2, type: "CoinsPut", time: commits[0]?.time }),
      expect.objectContaining({ version: 3, type: "CoinsPut", time: commits[1]?.time }),
    ]);
  });

  test.each([1, 2, 3, 4, 5, 6, 7, 13, 14, 15, 100])(
    "shows every event once, %i at a time, inside commits too",
    async (limit) => {
      const seen: HistoryItem[] = [];
      let from: number | undefined = 1;
      while (from !== undefined) {
        const { items, next } = await page(from, limit);
        expect(items.length).toBeGreaterThan(0);
        expect(items.length).toBeLessThanOrEqual(limit);
        seen.push(...items);
        from = next;
      }
      expect(seen.map(({ version }) => version)).toEqual(
        Array.from({ length: 14 }, (_, index) => index + 1),
      );
    },
  );

  test("is read strongly", async () => {
    store.calls.length = 0;
    await page(5, 3);
    expect(store.calls.length).toBeLessThanOrEqual(2);
    expect(store.calls.every(({ consistent }) => consistent)).toBe(true);
  });

  test("names no next page at its end, nor beyond it", async () => {
    expect(await page(11, 4)).not.toHaveProperty("next");
    expect(await page(15, 4)).toEqual({ items: [] });
    expect(await readHistory(jar, store, "jar-2", { from: 1, limit: 4 })).toEqual({ items: [] });
  });

  test("keeps personal values sealed", async () => {
    const process = createCommandProcess();
    await process.send("3", Command.Make({ coins: 0 }));
    await process.send("3", Command.Label({ label: Personal.clear("Ann's") }));
    const { items } = await readHistory(jar, process.store, "jar-3", { from: 2, limit: 1 });
    const [item] = items;
    expect(item?.data).toHaveProperty("label.sealed", expect.any(Uint8Array));
  });
});
