import * as z from "zod/mini";
import { type Decider, reject } from "../../core/domain/decider.ts";
import { lineage } from "../../core/domain/lineage.ts";
import { type MessageOf, messages } from "../../core/domain/message.ts";

/** Different articles that one cart ever holds, removed ones too, so that its state stays small. */
const articlesMax = 200;

const Sku = z.string().check(z.minLength(1), z.maxLength(64));
const Quantity = z.int().check(z.minimum(1), z.maximum(1_000_000));
const Price = z.int().check(z.minimum(1), z.maximum(1_000_000_000_000));
const Currency = z.string().check(z.regex(/^[A-Z]{3}$/, "must be a currency code of ISO 4217"));

// Events. These names and shapes are stored forever: add, never rename or repurpose one.

/** The first carts knew US dollars only. */
const ItemAdded = lineage(
  z.strictObject({ user: z.string(), sku: Sku, quantity: Quantity, price: Price }),
).next(
  z.strictObject({
    user: z.string(),
    sku: Sku,
    quantity: Quantity,
    price: Price,
    currency: Currency,
  }),
  (old) => ({ ...old, currency: "USD" }),
);

/** What happens to a cart. Removals are events too, and never forgotten. */
export const Event = messages({
  ItemAdded,
  ItemRemoved: { sku: Sku, quantity: Quantity },
  CartCheckedOut: { total: z.int(), currency: Currency },
});
export type Event = MessageOf<typeof Event>;

// Commands.

// Asked for with each command that names a currency, so that no function begins with the whole list.
const isKnown = (code: string): boolean => Intl.supportedValuesOf("currency").includes(code);
const KnownCurrency = Currency.check(z.refine(isKnown, "must be a currency code of ISO 4217"));

/** What may be asked of a cart. */
export const Command = messages({
  Add: { sku: Sku, quantity: Quantity, price: Price, currency: z.optional(KnownCurrency) },
  Remove: { sku: Sku, quantity: Quantity },
  Checkout: {},
});
export type Command = MessageOf<typeof Command>;

/** Why a command is refused. */
export type Code =
  | "cart-checked-out"
  | "cart-empty"
  | "cart-full"
  | "not-in-cart"
  | "currency-mismatch"
  | "amount-too-large";

// State.

const Line = z.strictObject({ sku: Sku, quantity: z.int().check(z.minimum(1)), price: Price });
const Removal = z.strictObject({ sku: Sku, quantity: z.int().check(z.minimum(1)) });
const Cart = z.strictObject({
  user: z.string(),
  status: z.enum(["open", "checked-out"]),
  currency: Currency,
  items: z.array(Line),
  removed: z.array(Removal),
});

/** What readers see of a cart. */
export const Shown = z.extend(z.omit(Cart, { user: true }), { total: z.int() });

/** The cart after its events so far; null before its first item. */
export const State = lineage(z.nullable(Cart));
export type State = z.output<typeof State.now>;
type Cart = z.output<typeof Cart>;
type Line = z.output<typeof Line>;

/** Sum of all lines, in minor units. */
export const totalOf = (items: readonly Line[]): number =>
  items.reduce((sum, { quantity, price }) => sum + quantity * price, 0);

// Decider.

const refuse = (code: Code, detail?: string) => reject(code, detail);

/** Adds to the line of the same article, whose price becomes the latest one. */
const withItem = (items: readonly Line[], { sku, quantity, price }: Line): Line[] => {
  const known = items.find((line) => line.sku === sku);
  if (!known) return [...items, { sku, quantity, price }];
  const line = { sku, quantity: known.quantity + quantity, price };
  return items.map((each) => (each === known ? line : each));
};

const without = (items: readonly Line[], sku: string, quantity: number): Line[] =>
  items.flatMap((line) => {
    if (line.sku !== sku) return [line];
    return line.quantity > quantity ? [{ ...line, quantity: line.quantity - quantity }] : [];
  });

const withRemoval = (removed: Cart["removed"], sku: string, quantity: number): Cart["removed"] => {
  const before = removed.find((each) => each.sku === sku)?.quantity ?? 0;
  return [...removed.filter((each) => each.sku !== sku), { sku, quantity: before + quantity }];
};

const add = (state: State, { data }: Extract<Command, { type: "Add" }>, user: string) => {
  const { sku, quantity, price, currency = state?.currency ?? "USD" } = data;
  if (state && state.currency !== currency && state.items.length > 0)
    return refuse("currency-mismatch", `The cart is in ${state.currency}, not ${currency}.`);
  const items = withItem(state?.items ?? [], { sku, quantity, price });
  const articles = new Set([...items, ...(state?.removed ?? [])].map((each) => each.sku));
  if (articles.size > articlesMax)
    return refuse("cart-full", `A cart has held ${articlesMax} articles at most.`);
  if (!Number.isSafeInteger(totalOf(items))) return refuse("amount-too-large");
  return [Event.ItemAdded({ user: state?.user ?? user, sku, quantity, price, currency })];
};

/** The cart's rules. */
export const cart = {
  initial: null,
  decide: (command, state, { actor }) => {
    if (state?.status === "checked-out")
      return command.type === "Checkout" ? [] : refuse("cart-checked-out");
    switch (command.type) {
      case "Add":
        return add(state, command, actor);
      case "Remove": {
        const { sku, quantity } = command.data;
        const has = state?.items.find((line) => line.sku === sku)?.quantity ?? 0;
        return quantity <= has
          ? [Event.ItemRemoved({ sku, quantity })]
          : refuse("not-in-cart", `The cart holds ${has} of ${sku}, not ${quantity}.`);
      }
      case "Checkout":
        if (!state || state.items.length === 0) return refuse("cart-empty");
        return [Event.CartCheckedOut({ total: totalOf(state.items), currency: state.currency })];
    }
  },
  evolve: (state, event) => {
    if (event.type === "ItemAdded") {
      const { user, currency, ...line } = event.data;
      const before = state ?? { user, status: "open" as const, items: [], removed: [] };
      return { ...before, currency, items: withItem(before.items, line) };
    }
    if (!state) throw new Error(`${event.type} before ItemAdded.`);
    switch (event.type) {
      case "ItemRemoved": {
        const { sku, quantity } = event.data;
        const items = without(state.items, sku, quantity);
        return { ...state, items, removed: withRemoval(state.removed, sku, quantity) };
      }
      case "CartCheckedOut":
        return { ...state, status: "checked-out" as const };
    }
  },
} satisfies Decider<Command, Event, State, Code>;
