import fc from "fast-check";
import type { CommandAnswer } from "../../../lib/core/command/command-request.ts";
import { Command } from "../../../lib/domains/account/account.ts";
import accounts from "../../../lib/domains/account/index.ts";
import type { CommandProcess } from "../../command-process.ts";

const users = ["ann", "ben"] as const;
export const ids = ["a", "b", "c"] as const;
const currencies = ["USD", "EUR"] as const;

/** One request as a client would send it, and whether a fresh function takes it. */
export interface Request {
  readonly type: "open" | "deposit" | "withdraw" | "transfer" | "close";
  readonly by: (typeof users)[number];
  readonly id: (typeof ids)[number];
  readonly to: (typeof ids)[number];
  readonly currency: (typeof currencies)[number];
  readonly amount: number;
  readonly isCold: boolean;
}

/** Any request; accounts, users and currencies are few, so that they meet. */
export const request: fc.Arbitrary<Request> = fc.record({
  type: fc.constantFrom("open", "open", "deposit", "withdraw", "transfer", "close"),
  by: fc.constantFrom(...users, "ann" as const),
  id: fc.constantFrom(...ids),
  to: fc.constantFrom(...ids),
  currency: fc.constantFrom(...currencies, "USD" as const),
  amount: fc.integer({ min: 1, max: 4 }),
  isCold: fc.boolean(),
});

/** An account as plainly as possible. */
interface Account {
  readonly owner: string;
  readonly currency: string;
  readonly initial: number;
  readonly balance: number;
  readonly deposits: number;
  readonly isOpen: boolean;
}
/** All accounts by id. */
export type Model = Map<string, Account>;

/** What the contract says, written down as plainly as possible: the outcome, and the accounts afterwards. */
export const expected = (model: Model, { type, by, id, to, currency, amount }: Request): string => {
  const account = model.get(id);
  const change = (of: string, changes: Partial<Account>) => {
    const known = model.get(of);
    if (known) model.set(of, { ...known, ...changes });
    return "done";
  };
  if (account && account.owner !== by) return "forbidden";
  if (type === "open") {
    const opened = { owner: by, currency, initial: amount, balance: amount, deposits: 0 };
    if (!account) {
      model.set(id, { ...opened, isOpen: true });
      return "done";
    }
    if (!account.isOpen) return "account-closed";
    const isSame = account.currency === currency && account.initial === amount;
    return isSame ? "nothing" : "account-already-open";
  }
  if (!account) return "account-not-open";
  if (type === "close" && !account.isOpen) return "nothing";
  if (!account.isOpen) return "account-closed";
  const { balance, deposits } = account;
  if (type === "deposit")
    return change(id, { balance: balance + amount, deposits: deposits + amount });
  if (type === "close") return balance === 0 ? change(id, { isOpen: false }) : "balance-not-zero";
  if (type === "transfer" && to === id) return "same-account";
  if (balance < amount) return "insufficient-funds";
  if (type === "withdraw") return change(id, { balance: balance - amount });
  const receiver = model.get(to);
  if (!receiver) return "account-not-open";
  if (!receiver.isOpen) return "account-closed";
  if (receiver.currency !== account.currency) return "currency-mismatch";
  change(id, { balance: balance - amount });
  return change(to, { balance: receiver.balance + amount });
};

const owner = { name: "Ann", email: "ann@example.org" };

/** Sends a request to a function. */
export const send = (
  process: CommandProcess,
  { type, by, id, to, currency, amount }: Request,
): Promise<CommandAnswer> => {
  const { transfer } = accounts.routes;
  if (!transfer || typeof transfer === "string") throw new Error("A transfer takes several steps.");
  switch (type) {
    case "open":
      return process.send(id, Command.parse("Open", { owner, currency, initialBalance: amount }), {
        by,
      });
    case "deposit":
      return process.send(id, Command.Deposit({ amount }), { by });
    case "withdraw":
      return process.send(id, Command.Withdraw({ amount }), { by });
    case "close":
      return process.send(id, Command.Close({}), { by });
    case "transfer":
      return process.sendSteps(transfer.steps(id, { to, amount }), { by });
  }
};
