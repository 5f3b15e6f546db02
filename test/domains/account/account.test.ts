import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Personal } from "../../../lib/core/personal/personal.ts";
import { account, Command, Event, State } from "../../../lib/domains/account/account.ts";
import { storiesOf } from "../../given.ts";

const time = "2026-11-01T12:00:00.000Z";
const given = storiesOf(account, { id: "a1", actor: "ann", time });

const owner = { name: Personal.clear("Ann"), email: Personal.clear("ann@example.org") };
const sealedOwner = {
  name: Personal.sealed<string>(Uint8Array.of(1)),
  email: Personal.sealed<string>(Uint8Array.of(2)),
};
const usd = { currency: "USD" };
const amountMax = 1_000_000_000_000;
const safeMax = Number.MAX_SAFE_INTEGER;

const opened = (initialBalance = 0) =>
  Event.AccountOpened({ owner: sealedOwner, ownerId: "ann", initialBalance, ...usd });
const closed = Event.AccountClosed(usd);
const open = (initialBalance = 0) => Command.Open({ owner, initialBalance, ...usd });

/** An account whose balance has come close to what can be counted, by what was received. */
const received = (amount: number) => Event.TransferReceived({ from: "b2", amount, ...usd });
const deposited = (amount: number) => Event.MoneyDeposited({ amount, ...usd });

describe("opening an account", () => {
  test("makes the caller its owner, with what was there to begin with", () => {
    given()
      .when(open(500))
      .gives(Event.AccountOpened({ owner, ownerId: "ann", initialBalance: 500, ...usd }))
      .leaves({ status: "open", ownerId: "ann", balance: 500, totalDeposits: 0, openedAt: time });
  });

  test("hands on the personal values that it was given", () => {
    const decided = account.decide(open(), null, { id: "a1", actor: "ann", time, version: 0 });
    const [event] = Array.isArray(decided) ? decided : [];
    if (event?.type !== "AccountOpened") throw new Error("The account was not opened.");
    expect(event.data.owner.name.reveal()).toBe("Ann");
    expect(event.data.owner.email.reveal()).toBe("ann@example.org");
  });

  test("is safe to repeat with the same currency and initial balance, whatever happened since", () => {
    given(opened(500)).when(open(500)).changesNothing();
    given(opened(500), deposited(20)).when(open(500)).changesNothing();
  });

  test("does not compare personal values when it is repeated", () => {
    const renamed = { ...owner, name: Personal.clear("Anne") };
    given(opened())
      .when(Command.Open({ owner: renamed, initialBalance: 0, ...usd }))
      .changesNothing();
  });

  test("refuses to repeat with another initial balance", () => {
    given(opened(500)).when(open(501)).isRefused("account-already-open");
  });

  test("refuses to repeat with another currency", () => {
    given(opened())
      .when(Command.Open({ owner, currency: "EUR", initialBalance: 0 }))
      .isRefused("account-already-open");
  });

  test("refuses an account that somebody else has opened", () => {
    given(opened()).when(open(), { actor: "ben" }).isRefused("account-already-open");
  });

  test("refuses to open a closed account again", () => {
    given(opened(), closed).when(open()).isRefused("account-closed");
  });
});

describe("depositing", () => {
  const deposit = (amount: number) => Command.Deposit({ amount });

  test("adds to the balance and to the sum of deposits", () => {
    given(opened(500))
      .when(Command.Deposit({ amount: 250, memo: "Rent" }))
      .gives(Event.MoneyDeposited({ amount: 250, memo: "Rent", ...usd }))
      .leaves({ balance: 750, totalDeposits: 250 });
  });

  test("deposits again when it is repeated, for two deposits may be alike", () => {
    given(opened(), deposited(250))
      .when(deposit(250))
      .gives(deposited(250))
      .leaves({ balance: 500 });
  });

  test("takes a balance up to the last number that is kept exactly", () => {
    given(opened(), received(safeMax - 1))
      .when(deposit(1))
      .gives(deposited(1))
      .leaves({ balance: safeMax });
  });

  test("refuses one cent more than can be counted", () => {
    given(opened(), received(safeMax)).when(deposit(1)).isRefused("amount-too-large");
  });

  test("refuses when the sum of deposits could not be counted, though the balance could", () => {
    given(opened(), deposited(safeMax), Event.MoneyWithdrawn({ amount: safeMax, ...usd }))
      .when(deposit(1))
      .isRefused("amount-too-large");
  });

  test("refuses an account that was never opened", () => {
    given().when(deposit(1)).isRefused("account-not-open");
  });

  test("refuses a closed account", () => {
    given(opened(), closed).when(deposit(1)).isRefused("account-closed");
  });
});

describe("withdrawing", () => {
  const withdraw = (amount: number) => Command.Withdraw({ amount });

  test("takes from the balance, down to nothing", () => {
    given(opened(500))
      .when(Command.Withdraw({ amount: 500, memo: "All of it" }))
      .gives(Event.MoneyWithdrawn({ amount: 500, memo: "All of it", ...usd }))
      .leaves({ balance: 0, totalDeposits: 0 });
  });

  test("refuses one cent more than the balance", () => {
    given(opened(500)).when(withdraw(501)).isRefused("insufficient-funds");
  });

  test("refuses to repeat what emptied the account", () => {
    given(opened(500), Event.MoneyWithdrawn({ amount: 500, ...usd }))
      .when(withdraw(500))
      .isRefused("insufficient-funds");
  });

  test("leaves the sum of deposits as it is", () => {
    given(opened(), deposited(500))
      .when(withdraw(200))
      .leaves({ balance: 300, totalDeposits: 500 });
  });

  test("refuses an account that was never opened", () => {
    given().when(withdraw(1)).isRefused("account-not-open");
  });

  test("refuses a closed account", () => {
    given(opened(), closed).when(withdraw(1)).isRefused("account-closed");
  });
});

describe("sending a transfer", () => {
  const send = (amount: number, to = "b2") => Command.SendTransfer({ to, amount });

  test("takes from the balance and names the receiver", () => {
    given(opened(500))
      .when(send(200))
      .gives(Event.TransferSent({ to: "b2", amount: 200, ...usd }))
      .leaves({ balance: 300 });
  });

  test("sends again when it is repeated, while there is money", () => {
    const sent = Event.TransferSent({ to: "b2", amount: 200, ...usd });
    given(opened(500), sent).when(send(200)).gives(sent).leaves({ balance: 100 });
    given(opened(500), sent, sent).when(send(200)).isRefused("insufficient-funds");
  });

  test("refuses one cent more than the balance", () => {
    given(opened(500)).when(send(501)).isRefused("insufficient-funds");
  });

  test("refuses the same account", () => {
    given(opened(500)).when(send(200, "a1")).isRefused("same-account");
  });

  test("refuses an account that was never opened, even to itself", () => {
    given().when(send(1)).isRefused("account-not-open");
    given().when(send(1, "a1")).isRefused("account-not-open");
  });

  test("refuses a closed account", () => {
    given(opened(), closed).when(send(1)).isRefused("account-closed");
  });
});

describe("receiving a transfer", () => {
  const receive = (amount: number, currency = "USD") =>
    Command.ReceiveTransfer({ from: "b2", amount, currency });

  test("adds to the balance and is no deposit", () => {
    given(opened(500))
      .when(receive(200))
      .gives(received(200))
      .leaves({ balance: 700, totalDeposits: 0 });
  });

  test("receives again when it is repeated, for every sending has its own", () => {
    given(opened(), received(200)).when(receive(200)).gives(received(200)).leaves({ balance: 400 });
  });

  test("refuses money of another currency", () => {
    given(opened(500)).when(receive(200, "EUR")).isRefused("currency-mismatch");
  });

  test("refuses one cent more than can be counted", () => {
    given(opened(), received(safeMax)).when(receive(1)).isRefused("amount-too-large");
  });

  test("counts the balance only, not the sum of deposits", () => {
    given(opened(), deposited(safeMax), Event.MoneyWithdrawn({ amount: 1, ...usd }))
      .when(receive(1))
      .gives(received(1));
  });

  test("refuses an account that was never opened", () => {
    given().when(receive(1)).isRefused("account-not-open");
  });

  test("refuses a closed account", () => {
    given(opened(), closed).when(receive(1)).isRefused("account-closed");
  });
});

describe("closing an account", () => {
  test("ends an empty account, and keeps what was deposited", () => {
    given(opened(), deposited(5), Event.MoneyWithdrawn({ amount: 5, ...usd }))
      .when(Command.Close({}))
      .gives(closed)
      .leaves({ status: "closed", balance: 0, totalDeposits: 5, ownerId: "ann" });
  });

  test("is safe to repeat", () => {
    given(opened(), closed).when(Command.Close({})).changesNothing();
  });

  test("refuses an account that holds money", () => {
    given(opened(1)).when(Command.Close({})).isRefused("balance-not-zero");
  });

  test("refuses an account that was never opened", () => {
    given().when(Command.Close({})).isRefused("account-not-open");
  });
});

describe("a log that cannot be", () => {
  test("is a fault: nothing happens before an account is opened", () => {
    expect(() => given(deposited(1))).toThrow("MoneyDeposited before AccountOpened.");
  });
});

describe("the shape of a command", () => {
  const owned = { owner: { name: "Ann", email: "ann@example.org" } };
  const parses = (type: keyof typeof Command.lineages, data: unknown): boolean =>
    Command.lineages[type].now.safeParse(data).success;

  test("opens with nothing unless it says otherwise", () => {
    const { data } = Command.parse("Open", { ...owned, ...usd });
    expect(data.initialBalance).toBe(0);
  });

  test.each(["Deposit", "Withdraw"] as const)("%s takes whole amounts from 1 to 10^12", (type) => {
    expect([1, amountMax].every((amount) => parses(type, { amount }))).toBe(true);
    const refused = [0, -1, 1.5, amountMax + 1, "1", null, Number.NaN, undefined];
    expect(refused.filter((amount) => parses(type, { amount }))).toEqual([]);
  });

  test("a transfer takes whole amounts from 1 to 10^12, to an id of an account", () => {
    const to = "b_2-B";
    expect([1, amountMax].every((amount) => parses("SendTransfer", { to, amount }))).toBe(true);
    expect([0, 1.5, amountMax + 1].some((amount) => parses("SendTransfer", { to, amount }))).toBe(
      false,
    );
    const ids = ["", "a b", "a.b", "é", "x".repeat(65), "a\n", 1];
    expect(ids.filter((id) => parses("SendTransfer", { to: id, amount: 1 }))).toEqual([]);
    expect(parses("SendTransfer", { to: "x".repeat(64), amount: 1 })).toBe(true);
  });

  test("an account begins with 0 to 10^12", () => {
    const begins = (initialBalance: unknown) =>
      parses("Open", { ...owned, ...usd, initialBalance });
    expect([0, amountMax].every(begins)).toBe(true);
    expect([-1, 0.5, amountMax + 1, "0", null].filter(begins)).toEqual([]);
  });

  test("a currency is one of ISO 4217", () => {
    const inCurrency = (currency: unknown) => parses("Open", { ...owned, currency });
    expect(["USD", "EUR", "JPY"].every(inCurrency)).toBe(true);
    expect(["usd", "US", "USDX", "ZZZ", "", undefined].filter(inCurrency)).toEqual([]);
  });

  test("an owner has a name and an address, and nothing else", () => {
    const ownedBy = (fields: object) => parses("Open", { owner: fields, ...usd });
    const { name, email } = owned.owner;
    const refused = [
      {},
      { name },
      { email },
      { name: "", email },
      { name: "x".repeat(201), email },
      { name, email: "nobody" },
      { name, email, phone: "1" },
    ];
    expect(refused.filter(ownedBy)).toEqual([]);
  });

  test("a memo is optional, but not empty and not long", () => {
    const noted = (memo: unknown) => parses("Deposit", { amount: 1, memo });
    expect([undefined, "x", "x".repeat(500)].every(noted)).toBe(true);
    expect(["", "x".repeat(501), 1, null].filter(noted)).toEqual([]);
  });

  test.each([
    ["Open", { ...owned, ...usd }],
    ["Deposit", { amount: 1 }],
    ["Withdraw", { amount: 1 }],
    ["SendTransfer", { to: "b2", amount: 1 }],
    ["ReceiveTransfer", { from: "b2", amount: 1, ...usd }],
    ["Close", {}],
  ] as const)("%s refuses unknown keys", (type, data) => {
    expect(parses(type, data)).toBe(true);
    expect(parses(type, { ...data, extra: 1 })).toBe(false);
  });
});

describe("deposits from before amounts were minor units", () => {
  const lift = (amount: number) =>
    Event.read({ type: "MoneyDeposited", schema: 1, data: { amount } });

  test.each([
    [12.5, 1250],
    [0.01, 1],
    [0.29, 29],
    [1.005, 101],
    [8.325, 833],
    [19.99, 1999],
    [4.35, 435],
    [10_000_000_000, amountMax],
  ])("%d dollars are %i cents", (dollars, amount) => {
    expect(lift(dollars)).toEqual(deposited(amount));
  });

  test("are lifted whatever they were, to a cent", () => {
    const dollars = fc.double({ min: 0.01, max: 10_000_000_000, noNaN: true });
    fc.assert(
      fc.property(dollars, (amount) => {
        const { data } = lift(amount);
        expect(data).toMatchObject(usd);
        expect(Math.abs(Number(Object(data).amount) - amount * 100)).toBeLessThanOrEqual(0.5001);
      }),
    );
  });

  test("count as deposits like any other", () => {
    const { state } = given(opened(), lift(12.5));
    expect(state).toMatchObject({ balance: 1250, totalDeposits: 1250 });
  });

  test("are unreadable under a schema that was never published", () => {
    const unknown = { type: "MoneyDeposited", schema: 3, data: { amount: 1, ...usd } };
    expect(() => Event.read(unknown)).toThrow("Schema 3 is unknown here");
  });
});

describe("the state of an account", () => {
  test("is kept in a snapshot as it is", () => {
    const { state } = given(opened(7), deposited(3));
    expect(State.read(State.schema, state)).toEqual(state);
    expect(State.read(State.schema, null)).toBeNull();
  });
});
