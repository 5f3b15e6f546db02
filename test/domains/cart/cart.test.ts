import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Decider, isRejection } from "../../../lib/core/domain/decider.ts";
import { Command, cart, Event, State, totalOf } from "../../../lib/domains/cart/cart.ts";
import { storiesOf } from "../../given.ts";

const time = "2026-11-01T12:00:00.000Z";
const given = storiesOf(cart, { id: "c1", actor: "ann", time });
const usd = { currency: "USD" };
const { decide, evolve }: Decider<Command, Event, State> = cart;
const articlesMax = 200;

const added = (sku: string, quantity = 1, price = 100, currency = "USD") =>
  Event.ItemAdded({ user: "ann", sku, quantity, price, currency });
const removed = (sku: string, quantity = 1) => Event.ItemRemoved({ sku, quantity });
const checkedOut = (total: number) => Event.CartCheckedOut({ total, ...usd });

const add = (sku: string, quantity = 1, price = 100) => Command.Add({ sku, quantity, price });
const remove = (sku: string, quantity = 1) => Command.Remove({ sku, quantity });
const checkout = Command.Checkout({});

describe("adding to a cart", () => {
  test("makes the caller its user with the first item", () => {
    given()
      .when(add("tea", 2, 350))
      .gives(added("tea", 2, 350))
      .leaves({ user: "ann", status: "open", items: [{ sku: "tea", quantity: 2, price: 350 }] });
  });

  test("adds again when it is repeated, for two of a kind may be wanted", () => {
    given(added("tea", 2))
      .when(add("tea", 2))
      .gives(added("tea", 2))
      .leaves({ items: [{ sku: "tea", quantity: 4, price: 100 }] });
  });

  test("makes the latest price that of all of an article", () => {
    given(added("tea", 2, 100))
      .when(add("tea", 1, 90))
      .leaves({ items: [{ sku: "tea", quantity: 3, price: 90 }] });
  });

  test("keeps articles in the order in which they came", () => {
    given(added("tea"), added("jam"))
      .when(add("tea"))
      .leaves({
        items: [
          { sku: "tea", quantity: 2, price: 100 },
          { sku: "jam", quantity: 1, price: 100 },
        ],
      });
  });

  test("is in the currency that it names, else in that of the cart", () => {
    const inEuro = Command.Add({ sku: "tea", quantity: 1, price: 1, currency: "EUR" });
    given()
      .when(inEuro)
      .gives(added("tea", 1, 1, "EUR"));
    given(added("tea", 1, 1, "EUR"))
      .when(add("jam"))
      .gives(added("jam", 1, 100, "EUR"));
  });

  test("refuses another currency while there is something in the cart", () => {
    const inEuro = Command.Add({ sku: "jam", quantity: 1, price: 1, currency: "EUR" });
    given(added("tea")).when(inEuro).isRefused("currency-mismatch");
    given(added("tea"), removed("tea"))
      .when(inEuro)
      .gives(added("jam", 1, 1, "EUR"))
      .leaves({ currency: "EUR" });
  });

  test("leaves the cart with whom it was, whoever adds", () => {
    given(added("tea"))
      .when(add("jam"), { actor: "root" })
      .gives(added("jam"))
      .leaves({ user: "ann" });
  });

  test("takes a total up to the last number that is kept exactly", () => {
    const whole = Math.floor(Number.MAX_SAFE_INTEGER / 1_000_000);
    const rest = Number.MAX_SAFE_INTEGER - whole * 1_000_000;
    const almost = added("gold", 1_000_000, whole);
    given(almost)
      .when(add("tea", 1, rest))
      .gives(added("tea", 1, rest));
    given(almost)
      .when(add("tea", 1, rest + 1))
      .isRefused("amount-too-large");
  });

  test("takes 200 articles and refuses one more, removed ones counted", () => {
    const full = Array.from({ length: articlesMax }, (_, index) => added(`a${index}`));
    given(...full.slice(1))
      .when(add("tea"))
      .gives(added("tea"));
    given(...full)
      .when(add("tea"))
      .isRefused("cart-full");
    given(...full, removed("a0"))
      .when(add("tea"))
      .isRefused("cart-full");
    given(...full, removed("a0"))
      .when(add("a0"))
      .gives(added("a0"));
  });

  test("refuses a cart that is checked out", () => {
    given(added("tea"), checkedOut(100)).when(add("jam")).isRefused("cart-checked-out");
  });
});

describe("removing from a cart", () => {
  test("keeps what was removed", () => {
    given(added("tea", 3))
      .when(remove("tea", 2))
      .gives(removed("tea", 2))
      .leaves({
        items: [{ sku: "tea", quantity: 1, price: 100 }],
        removed: [{ sku: "tea", quantity: 2 }],
      });
  });

  test("takes the article away with the last of it", () => {
    given(added("tea"), added("jam"))
      .when(remove("tea"))
      .leaves({
        items: [{ sku: "jam", quantity: 1, price: 100 }],
        removed: [{ sku: "tea", quantity: 1 }],
      });
  });

  test("removes again when it is repeated, and adds up what was removed", () => {
    given(added("tea", 3), removed("tea"))
      .when(remove("tea"))
      .gives(removed("tea"))
      .leaves({ removed: [{ sku: "tea", quantity: 2 }] });
  });

  test("forgets no removal when the article comes back", () => {
    given(added("tea"), removed("tea"))
      .when(add("tea"))
      .leaves({ removed: [{ sku: "tea", quantity: 1 }] });
  });

  test("refuses one more than the cart holds", () => {
    given(added("tea", 2)).when(remove("tea", 3)).isRefused("not-in-cart");
  });

  test("refuses what is not in the cart, and a cart that nothing was ever put into", () => {
    given(added("tea")).when(remove("jam")).isRefused("not-in-cart");
    given().when(remove("tea")).isRefused("not-in-cart");
  });

  test("refuses a cart that is checked out", () => {
    given(added("tea"), checkedOut(100)).when(remove("tea")).isRefused("cart-checked-out");
  });
});

describe("checking a cart out", () => {
  test("says what everything costs", () => {
    given(added("tea", 2, 350), added("jam", 1, 299))
      .when(checkout)
      .gives(checkedOut(999))
      .leaves({ status: "checked-out" });
  });

  test("is safe to repeat", () => {
    given(added("tea"), checkedOut(100)).when(checkout).changesNothing();
  });

  test("refuses an empty cart", () => {
    given().when(checkout).isRefused("cart-empty");
    given(added("tea"), removed("tea")).when(checkout).isRefused("cart-empty");
  });
});

describe("a log that cannot be", () => {
  test("is a fault: nothing happens before the first item", () => {
    expect(() => given(removed("tea"))).toThrow("ItemRemoved before ItemAdded.");
  });
});

describe("items from before carts knew currencies", () => {
  const lifted = Event.read({
    type: "ItemAdded",
    schema: 1,
    data: { user: "ann", sku: "tea", quantity: 2, price: 350 },
  });

  test("were in US dollars", () => {
    expect(lifted).toEqual(added("tea", 2, 350, "USD"));
  });

  test("count like any other", () => {
    given(lifted)
      .when(add("tea", 1, 350))
      .leaves({ items: [{ sku: "tea", quantity: 3, price: 350 }], currency: "USD" });
  });

  test("had no currency: one that has is of today's schema", () => {
    const data = { user: "ann", sku: "tea", quantity: 2, price: 350, ...usd };
    expect(() => Event.read({ type: "ItemAdded", schema: 1, data })).toThrow();
    expect(Event.read({ type: "ItemAdded", schema: 2, data })).toEqual(added("tea", 2, 350));
    expect(() => Event.read({ type: "ItemAdded", schema: 3, data })).toThrow("Schema 3 is unknown");
  });
});

describe("the shape of a command", () => {
  const parses = (type: keyof typeof Command.lineages, data: unknown): boolean =>
    Command.lineages[type].now.safeParse(data).success;
  const item = { sku: "tea", quantity: 1, price: 1 };

  test("an article has a name of 1 to 64 characters", () => {
    expect(
      ["x", "x".repeat(64), "Tee/grün 5%"].every((sku) => parses("Add", { ...item, sku })),
    ).toBe(true);
    expect(
      ["", "x".repeat(65), 1, null, undefined].filter((sku) => parses("Add", { ...item, sku })),
    ).toEqual([]);
  });

  test("quantities are whole numbers from 1 to a million", () => {
    for (const type of ["Add", "Remove"] as const) {
      const { price: _, ...bare } = item;
      const base = type === "Add" ? item : bare;
      expect([1, 1_000_000].every((quantity) => parses(type, { ...base, quantity }))).toBe(true);
      const refused = [0, -1, 1.5, 1_000_001, "1", null, undefined];
      expect(refused.filter((quantity) => parses(type, { ...base, quantity }))).toEqual([]);
    }
  });

  test("prices are whole amounts from 1 to 10^12, in a currency of ISO 4217 or in none", () => {
    expect([1, 1_000_000_000_000].every((price) => parses("Add", { ...item, price }))).toBe(true);
    const refused = [0, -1, 1.5, 1_000_000_000_001, "1", null];
    expect(refused.filter((price) => parses("Add", { ...item, price }))).toEqual([]);
    const inCurrency = (currency: unknown) => parses("Add", { ...item, currency });
    expect([undefined, "USD", "EUR"].every(inCurrency)).toBe(true);
    expect(["usd", "ZZZ", "", null].filter(inCurrency)).toEqual([]);
  });

  test.each([
    ["Add", item],
    ["Remove", { sku: "tea", quantity: 1 }],
    ["Checkout", {}],
  ] as const)("%s refuses unknown keys", (type, data) => {
    expect(parses(type, data)).toBe(true);
    expect(parses(type, { ...data, extra: 1 })).toBe(false);
  });
});

const skus = ["tea", "jam", "gin"] as const;
const command = fc.oneof(
  fc
    .record({ sku: fc.constantFrom(...skus), quantity: fc.integer({ min: 1, max: 3 }) })
    .chain(({ sku, quantity }) =>
      fc.constantFrom<Command>(add(sku, quantity, 100 * quantity), remove(sku, quantity)),
    ),
  fc.constant<Command>(checkout),
);

/** A cart as plainly as possible. */
interface Model {
  readonly held: Map<string, { quantity: number; price: number }>;
  readonly removed: Map<string, number>;
  isOut: boolean;
}

/** What the contract says of a command: its code, or what it leaves. */
const expected = (model: Model, { type, data }: Command): string => {
  const { held, removed: gone } = model;
  if (model.isOut) return type === "Checkout" ? "nothing" : "cart-checked-out";
  if (type === "Checkout") {
    if (held.size === 0) return "cart-empty";
    model.isOut = true;
    return "done";
  }
  const before = held.get(data.sku)?.quantity ?? 0;
  if (type === "Add") {
    held.set(data.sku, { quantity: before + data.quantity, price: data.price });
    return "done";
  }
  const { sku, quantity } = data;
  if (quantity > before) return "not-in-cart";
  if (quantity === before) held.delete(sku);
  else held.set(sku, { quantity: before - quantity, price: held.get(sku)?.price ?? 0 });
  gone.set(sku, (gone.get(sku) ?? 0) + quantity);
  return "done";
};

describe("any sequence of commands", () => {
  test("leaves a cart as a plain one would be, and never more removed than was added", () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 40, size: "max" }), (sent) => {
        const model: Model = { held: new Map(), removed: new Map(), isOut: false };
        const addedSoFar = new Map<string, number>();
        let state: State = null;
        for (const [version, each] of sent.entries()) {
          const facts = { id: "c1", actor: "ann", time, version };
          const decided = decide(each, state, facts);
          const wanted = expected(model, each);
          if (isRejection(decided)) expect(decided.rejected).toBe(wanted);
          else expect(decided.length === 0 ? "nothing" : "done").toBe(wanted);
          for (const event of isRejection(decided) ? [] : decided) {
            state = evolve(state, event, facts);
            if (event.type === "ItemAdded")
              addedSoFar.set(
                event.data.sku,
                (addedSoFar.get(event.data.sku) ?? 0) + event.data.quantity,
              );
          }
          for (const { sku, quantity } of state?.removed ?? [])
            expect(quantity).toBeLessThanOrEqual(addedSoFar.get(sku) ?? 0);
        }
        const lines = [...model.held].map(([sku, line]) => ({ sku, ...line }));
        const bySku = (left: { sku: string }, right: { sku: string }) =>
          left.sku < right.sku ? -1 : 1;
        expect([...(state?.items ?? [])].sort(bySku)).toEqual(lines.sort(bySku));
        expect(new Map(state?.removed.map(({ sku, quantity }) => [sku, quantity]))).toEqual(
          model.removed,
        );
        expect(state?.status === "checked-out").toBe(model.isOut);
        expect(totalOf(state?.items ?? [])).toBe(
          lines.reduce((sum, { quantity, price }) => sum + quantity * price, 0),
        );
      }),
      { numRuns: 300 },
    );
  });
});

describe("the state of a cart", () => {
  test("is kept in a snapshot as it is", () => {
    const { state } = given(added("tea", 2), removed("tea"), checkedOut(100));
    expect(State.read(State.schema, state)).toEqual(state);
    expect(State.read(State.schema, null)).toBeNull();
  });
});
