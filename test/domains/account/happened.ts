import type { Envelope } from "../../../lib/core/envelope.ts";
import { Personal } from "../../../lib/core/personal.ts";
import { Event } from "../../../lib/domains/account/account.ts";

const sealed = Personal.sealed<string>(Uint8Array.of(1));
const usd = { currency: "USD" };

/** Ann's account at one of its versions. */
export const at: Envelope = {
  stream: "account-a1",
  id: "a1",
  version: 7,
  time: "2026-10-31T23:59:59.999Z",
  actor: "eve",
  owner: "ann",
  people: ["ann"],
};

/** One event of each type; each moves another amount. */
export const happened = {
  opened: Event.AccountOpened({
    owner: { name: sealed, email: sealed },
    ownerId: "ann",
    initialBalance: 1,
    ...usd,
  }),
  deposited: Event.MoneyDeposited({ amount: 20, memo: "Rent", ...usd }),
  withdrawn: Event.MoneyWithdrawn({ amount: 300, ...usd }),
  sent: Event.TransferSent({ to: "b2", amount: 4_000, ...usd }),
  received: Event.TransferReceived({ from: "b2", amount: 50_000, ...usd }),
  closed: Event.AccountClosed(usd),
} as const;
