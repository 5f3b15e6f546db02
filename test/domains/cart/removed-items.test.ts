import { describe, expect, test } from "vitest";
import * as z from "zod/mini";
import type { Envelope } from "../../../lib/core/view/envelope.ts";
import type { TallyDeclaration } from "../../../lib/core/view/tally-view.ts";
import { mayAsk } from "../../../lib/core/view/view-query.ts";
import { Event } from "../../../lib/domains/cart/cart.ts";
import { removedItems } from "../../../lib/domains/cart/removed-items.ts";

const { additions }: TallyDeclaration<Event> = removedItems;
const at: Envelope = {
  stream: "cart-c1",
  id: "c1",
  version: 2,
  time: "2026-11-01T12:00:00.000Z",
  actor: "ann",
  owner: "ann",
  people: ["ann"],
};

describe("what was removed from carts", () => {
  test("is counted by article: how often, and how many", () => {
    const event = Event.ItemRemoved({ sku: "Tee/grün #5", quantity: 3 });
    expect(additions(event, at)).toEqual([
      {
        partition: "Tee/grün #5",
        sort: "Tee/grün #5",
        labels: { sku: "Tee/grün #5" },
        sums: { removals: 1, quantity: 3 },
      },
    ]);
  });

  test.each([
    Event.ItemAdded({ user: "ann", sku: "tea", quantity: 1, price: 1, currency: "USD" }),
    Event.CartCheckedOut({ total: 1, currency: "USD" }),
  ])("is not touched by $type", (event) => {
    expect(additions(event, at)).toEqual([]);
  });

  test("is for admins and auditors", () => {
    const may = (caller: object) =>
      mayAsk(
        removedItems.query,
        { sku: "tea" },
        { sub: "ann", admin: false, auditor: false, ...caller },
      );
    expect([may({ admin: true }), may({ auditor: true }), may({})]).toEqual([true, true, false]);
  });

  test("is asked for by article, and by nothing else", () => {
    const { query } = removedItems;
    const accepts = (parameters: object) => z.safeParse(query.parameters, parameters).success;
    expect(accepts({ sku: "tea" })).toBe(true);
    expect([{}, { sku: "" }, { sku: "tea", user: "ann" }].filter(accepts)).toEqual([]);
    expect(query.partition({ sku: "tea" }, { sub: "root", admin: true, auditor: false })).toBe(
      "tea",
    );
  });
});
