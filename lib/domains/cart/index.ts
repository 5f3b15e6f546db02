import { domain } from "../../core/domain/domain.ts";
import { Command, cart, Event, Shown, State, totalOf } from "./cart.ts";
import { removedItems } from "./removed-items.ts";

/** Carts: what was taken out again is kept, and counted by article. */
export default domain({
  category: "cart",
  collection: "carts",
  commands: Command,
  events: Event,
  state: State,
  decider: cart,
  owner: (state) => state?.user,
  allow: { Add: ["owner"], Remove: ["owner"], Checkout: ["owner"] },
  readers: ["owner"],
  routes: { add: "Add", remove: "Remove", checkout: "Checkout" },
  show: (state) => {
    if (!state) return {};
    const { user: _, ...shown } = state;
    return { ...shown, total: totalOf(shown.items) };
  },
  shown: Shown,
  views: [removedItems],
});
