import * as z from "zod/mini";
import type { TallyDeclaration } from "../../core/view/tally-view.ts";
import { viewQuery } from "../../core/view/view-query.ts";
import type { Event } from "./cart.ts";

/** How often, and how many of, each article was taken out of carts again. */
export const removedItems = {
  kind: "tally",
  name: "removed-items" as const,
  definition: 1,
  shards: 8,
  additions: ({ type, data }) =>
    type === "ItemRemoved"
      ? [
          {
            partition: data.sku,
            sort: data.sku,
            labels: { sku: data.sku },
            sums: { removals: 1, quantity: data.quantity },
          },
        ]
      : [],
  query: viewQuery(z.strictObject({ sku: z.string().check(z.minLength(1), z.maxLength(64)) }), {
    item: z.strictObject({ sku: z.string(), removals: z.int(), quantity: z.int() }),
    partition: ({ sku }) => sku,
  }),
} satisfies TallyDeclaration<Event>;
