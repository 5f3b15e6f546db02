import * as z from "zod/mini";
import { type Decider, reject } from "../../core/domain/decider.ts";
import { lineage } from "../../core/domain/lineage.ts";
import { type MessageOf, messages } from "../../core/domain/message.ts";
import { personal } from "../../core/personal/personal.ts";

/** Largest amount of one command, in minor units. */
const amountMax = 1_000_000_000_000;

const Currency = z.string().check(z.regex(/^[A-Z]{3}$/, "must be a currency code of ISO 4217"));
const Amount = z.int().check(z.minimum(1), z.maximum(amountMax));
const Balance = z.int().check(z.minimum(0));
const Memo = z.string().check(z.minLength(1), z.maxLength(500));
const Owner = z.strictObject({
  name: personal(z.string().check(z.minLength(1), z.maxLength(200))),
  email: personal(z.email().check(z.maxLength(254))),
});

// Events. These names and shapes are stored forever: add, never rename or repurpose one.

/** The nearest number of cents; a product of floats would turn 1.005 into 1.00. */
const cents = (dollars: number): number => Math.round(Number(`${dollars}e2`));

const Dollars = z.number().check(z.minimum(0.01), z.maximum(10_000_000_000));

/** Before amounts became minor units, deposits were decimals of US dollars. */
const MoneyDeposited = lineage(z.strictObject({ amount: Dollars })).next(
  z.strictObject({ amount: Amount, currency: Currency, memo: z.optional(Memo) }),
  ({ amount }) => ({ amount: cents(amount), currency: "USD" }),
);

/** What happens to an account. Every event carries what views need. */
export const Event = messages({
  AccountOpened: { owner: Owner, ownerId: z.string(), currency: Currency, initialBalance: Balance },
  MoneyDeposited,
  MoneyWithdrawn: { amount: Amount, currency: Currency, memo: z.optional(Memo) },
  TransferSent: { to: z.string(), amount: Amount, currency: Currency },
  TransferReceived: { from: z.string(), amount: Amount, currency: Currency },
  AccountClosed: { currency: Currency },
});
export type Event = MessageOf<typeof Event>;

// Commands.

// Asked for with each command that names a currency, so that no function begins with the whole list.
const isKnown = (code: string): boolean => Intl.supportedValuesOf("currency").includes(code);
const KnownCurrency = Currency.check(z.refine(isKnown, "must be a currency code of ISO 4217"));

/** What may be asked of an account. `ReceiveTransfer` is the other half of a transfer; it has no route. */
export const Command = messages({
  Open: {
    owner: Owner,
    currency: KnownCurrency,
    initialBalance: z._default(z.int().check(z.minimum(0), z.maximum(amountMax)), 0),
  },
  Deposit: { amount: Amount, memo: z.optional(Memo) },
  Withdraw: { amount: Amount, memo: z.optional(Memo) },
  SendTransfer: { to: z.string().check(z.regex(/^[A-Za-z0-9_-]{1,64}$/)), amount: Amount },
  ReceiveTransfer: { from: z.string(), amount: Amount, currency: Currency },
  Close: {},
});
export type Command = MessageOf<typeof Command>;

/** Why a command is refused. */
export type Code =
  | "account-not-open"
  | "account-already-open"
  | "account-closed"
  | "insufficient-funds"
  | "balance-not-zero"
  | "currency-mismatch"
  | "same-account"
  | "amount-too-large";

// State.

const Account = z.strictObject({
  status: z.enum(["open", "closed"]),
  owner: Owner,
  ownerId: z.string(),
  currency: Currency,
  balance: Balance,
  initialBalance: Balance,
  totalDeposits: Balance,
  openedAt: z.string(),
});

/** What readers see of an account. */
export const Shown = z.omit(Account, { initialBalance: true });

/** The account after its events so far; null before it was opened. */
export const State = lineage(z.nullable(Account));
export type State = z.output<typeof State.now>;
type Account = z.output<typeof Account>;

// Decider.

const refuse = (code: Code, detail?: string) => reject(code, detail);

const open = (
  state: Account | null,
  command: Extract<Command, { type: "Open" }>,
  actor: string,
) => {
  const { owner, currency, initialBalance } = command.data;
  if (!state) return [Event.AccountOpened({ owner, ownerId: actor, currency, initialBalance })];
  if (state.status === "closed") return refuse("account-closed");
  const isRepeat =
    state.ownerId === actor &&
    state.currency === currency &&
    state.initialBalance === initialBalance;
  return isRepeat ? [] : refuse("account-already-open");
};

/** Refuses what would take a sum of the account out of the range that is kept exactly. */
const receive = (sum: number, amount: number, event: Event) =>
  Number.isSafeInteger(sum + amount)
    ? [event]
    : refuse("amount-too-large", `A sum of ${sum} cannot take ${amount} more.`);

const spend = (account: Account, amount: number, event: Event) =>
  amount <= account.balance
    ? [event]
    : refuse("insufficient-funds", `The balance is ${account.balance}, ${amount} was asked for.`);

/** The account's rules. */
export const account = {
  initial: null,
  decide: (command, state, { id, actor }) => {
    if (command.type === "Open") return open(state, command, actor);
    if (!state) return refuse("account-not-open", `Account ${id} was never opened.`);
    if (command.type === "Close" && state.status === "closed") return [];
    if (state.status === "closed") return refuse("account-closed", `Account ${id} is closed.`);
    const { currency } = state;
    switch (command.type) {
      case "Deposit":
        return receive(
          Math.max(state.balance, state.totalDeposits),
          command.data.amount,
          Event.MoneyDeposited({ ...command.data, currency }),
        );
      case "Withdraw":
        return spend(
          state,
          command.data.amount,
          Event.MoneyWithdrawn({ ...command.data, currency }),
        );
      case "SendTransfer":
        if (command.data.to === id) return refuse("same-account");
        return spend(state, command.data.amount, Event.TransferSent({ ...command.data, currency }));
      case "ReceiveTransfer":
        if (command.data.currency !== currency)
          return refuse(
            "currency-mismatch",
            `Account ${id} holds ${currency}, not ${command.data.currency}.`,
          );
        return receive(state.balance, command.data.amount, Event.TransferReceived(command.data));
      case "Close":
        return state.balance === 0
          ? [Event.AccountClosed({ currency })]
          : refuse("balance-not-zero");
    }
  },
  evolve: (state, event, { time }) => {
    if (event.type === "AccountOpened") {
      const { initialBalance, ...opened } = event.data;
      const status = "open" as const;
      return {
        ...opened,
        status,
        initialBalance,
        balance: initialBalance,
        totalDeposits: 0,
        openedAt: time,
      };
    }
    if (!state) throw new Error(`${event.type} before AccountOpened.`);
    switch (event.type) {
      case "MoneyDeposited":
        return {
          ...state,
          balance: state.balance + event.data.amount,
          totalDeposits: state.totalDeposits + event.data.amount,
        };
      case "TransferReceived":
        return { ...state, balance: state.balance + event.data.amount };
      case "MoneyWithdrawn":
      case "TransferSent":
        return { ...state, balance: state.balance - event.data.amount };
      case "AccountClosed":
        return { ...state, status: "closed" as const };
    }
  },
} satisfies Decider<Command, Event, State, Code>;
