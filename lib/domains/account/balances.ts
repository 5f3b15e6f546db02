import * as z from "zod/mini";
import type { TallyDeclaration } from "../../core/view/tally-view.ts";
import { viewQuery } from "../../core/view/view-query.ts";
import type { Event } from "./account.ts";

/** What an event does to the balance of its account, in minor units, and to the number of open accounts. */
const effect = ({ type, data }: Event): { currentBalance: number; accounts: number } => {
  switch (type) {
    case "AccountOpened":
      return { currentBalance: data.initialBalance, accounts: 1 };
    case "MoneyDeposited":
    case "TransferReceived":
      return { currentBalance: data.amount, accounts: 0 };
    case "MoneyWithdrawn":
    case "TransferSent":
      return { currentBalance: -data.amount, accounts: 0 };
    case "AccountClosed":
      return { currentBalance: 0, accounts: -1 };
  }
};

/** How much each user has in all open accounts, by currency. */
export const balances = {
  kind: "tally",
  name: "balances" as const,
  definition: 1,
  shards: 1,
  additions: (event, { owner }) =>
    owner === undefined
      ? []
      : [
          {
            partition: owner,
            sort: event.data.currency,
            labels: { user: owner, currency: event.data.currency },
            sums: effect(event),
          },
        ],
  query: viewQuery(z.strictObject({ user: z.string().check(z.minLength(1)) }), {
    item: z.strictObject({
      user: z.string(),
      currency: z.string(),
      currentBalance: z.int(),
      accounts: z.int(),
    }),
    whose: ({ user }) => user,
    partition: ({ user }) => user,
  }),
} satisfies TallyDeclaration<Event>;
