import * as z from "zod/mini";
import { IsoTime } from "../../core/query/iso-time.ts";
import type { LedgerDeclaration } from "../../core/view/ledger-view.ts";
import { viewQuery } from "../../core/view/view-query.ts";
import type { Event } from "./account.ts";

const Parameters = z.strictObject({
  user: z.string().check(z.minLength(1)),
  from: z.optional(IsoTime),
  to: z.optional(IsoTime),
});

const Entry = z.strictObject({
  user: z.string(),
  date: z.string(),
  operation: z.enum(["open", "deposit", "withdraw", "transfer-out", "transfer-in", "close"]),
  amount: z.int(),
  currency: z.string(),
  account: z.string(),
  version: z.int(),
});

/** What an event is called in the audit trail, and the amount that it moved. */
const operation = ({ type, data }: Event): { operation: string; amount: number } => {
  switch (type) {
    case "AccountOpened":
      return { operation: "open", amount: data.initialBalance };
    case "MoneyDeposited":
      return { operation: "deposit", amount: data.amount };
    case "MoneyWithdrawn":
      return { operation: "withdraw", amount: data.amount };
    case "TransferSent":
      return { operation: "transfer-out", amount: data.amount };
    case "TransferReceived":
      return { operation: "transfer-in", amount: data.amount };
    case "AccountClosed":
      return { operation: "close", amount: 0 };
  }
};

/** Everything that happened to a user's accounts, by date, newest first. */
export const audit = {
  kind: "ledger",
  name: "audit" as const,
  definition: 1,
  entries: (event, { id, owner, time, version }) =>
    owner === undefined
      ? []
      : [
          {
            partition: owner,
            sort: time,
            values: {
              user: owner,
              date: time,
              ...operation(event),
              currency: event.data.currency,
              account: id,
              version,
            },
          },
        ],
  query: viewQuery(Parameters, {
    item: Entry,
    whose: ({ user }) => user,
    partition: ({ user }) => user,
    descending: true,
    range: ({ from, to }) => ({
      ...(from === undefined ? {} : { from }),
      ...(to === undefined ? {} : { below: to }),
    }),
  }),
} satisfies LedgerDeclaration<Event>;
