/** What every side appends: about 120 bytes of JSON. */
export interface Deposit {
  /** Minor units. */
  readonly amount: number;
  readonly currency: string;
  readonly memo: string;
}

/** What happens to an account, whoever stores it. */
export type AccountEvent =
  | {
      readonly type: "Opened";
      readonly data: { readonly owner: string; readonly currency: string };
    }
  | { readonly type: "Deposited"; readonly data: Deposit };

/** An account, whoever folds it; null before it was opened. */
export type Account = {
  readonly owner: string;
  readonly currency: string;
  readonly balance: number;
  readonly deposits: number;
} | null;

/** Who owns every account, and sends every command. */
export const owner = "ann";

/** The first event of every account. */
const opened: AccountEvent = { type: "Opened", data: { owner, currency: "EUR" } };

/** The n-th deposit; they differ, as real ones do, and have the same size. */
export const depositOf = (n: number): Deposit => {
  const number = String(100_000 + (n % 900_000));
  return {
    amount: 1_000 + (n % 9_000),
    currency: "EUR",
    memo: `Invoice ${number} of the northern branch, settled by standing order on the 1st`,
  };
};

/** The one decision that is measured; throws when the account cannot take the money. */
export const decideDeposit = (account: Account, deposit: Deposit): AccountEvent => {
  if (!account) throw new Error("The account was never opened.");
  if (account.currency !== deposit.currency) throw new Error("The account has another currency.");
  if (!Number.isSafeInteger(account.balance + deposit.amount)) throw new Error("That is too much.");
  return { type: "Deposited", data: deposit };
};

/** The account after one more event. */
export const evolveAccount = (account: Account, event: AccountEvent): Account => {
  if (event.type === "Opened") return { ...event.data, balance: 0, deposits: 0 };
  if (!account) throw new Error("A deposit came before the account was opened.");
  return {
    ...account,
    balance: account.balance + event.data.amount,
    deposits: account.deposits + 1,
  };
};

/** Any event of an account's history, by its place from 0 on. */
export const eventAt = (index: number): AccountEvent =>
  index === 0 ? opened : { type: "Deposited", data: depositOf(index) };

/** The first events of an account's history. */
export const historyOf = (length: number): readonly AccountEvent[] =>
  Array.from({ length }, (_, index) => eventAt(index));
