import * as z from "zod/mini";
import type { TallyDeclaration } from "../../core/view/tally-view.ts";
import { viewQuery } from "../../core/view/view-query.ts";
import type { Event } from "./account.ts";

const Cents = z.string().check(z.regex(/^\d{1,15}$/, "must be an amount in minor units"));

const Parameters = z.strictObject({
  month: z.string().check(z.regex(/^\d{4}-(0[1-9]|1[0-2])$/, "must be a month, such as 2026-10")),
  currency: z.string().check(z.regex(/^[A-Z]{3}$/, "must be a currency code of ISO 4217")),
  over: z._default(z.pipe(Cents, z.transform(Number)), 0),
});

/** What each user has withdrawn in each month (UTC), by currency; transfers are not counted. */
export const withdrawals = {
  kind: "tally",
  name: "withdrawals" as const,
  definition: 1,
  shards: 1,
  index: {
    name: "month",
    by: "withdrawn",
    partition: ({ month, currency }) => `${month}#${currency}`,
  },
  additions: (event, { owner, time }) => {
    if (event.type !== "MoneyWithdrawn" || owner === undefined) return [];
    const { amount, currency } = event.data;
    const month = time.slice(0, 7);
    return [
      {
        partition: owner,
        sort: `${month}#${currency}`,
        labels: { user: owner, month, currency },
        sums: { withdrawn: amount },
      },
    ];
  },
  query: viewQuery(Parameters, {
    item: z.strictObject({
      user: z.string(),
      month: z.string(),
      currency: z.string(),
      withdrawn: z.int(),
    }),
    index: "month",
    descending: true,
    partition: ({ month, currency }) => `${month}#${currency}`,
    range: ({ over }) => ({ above: over }),
  }),
} satisfies TallyDeclaration<Event>;
