import { money, type Stage } from "./stage.ts";

/** A connection that breaks once, after the server has done what it was asked. */
const breakingOnce = () => {
  let isBroken = false;
  return async (url: string, init: RequestInit): Promise<Response> => {
    const response = await fetch(url, init);
    if (isBroken || init.method === "GET") return response;
    isBroken = true;
    throw new TypeError("The connection broke.");
  };
};

/** A connection that notes what the last answer had cost. */
const noting = () => {
  let price = "";
  return {
    price: () => price,
    fetch: async (url: string, init: RequestInit): Promise<Response> => {
      const response = await fetch(url, init);
      price = response.headers.get("server-timing") ?? "";
      return response;
    },
  };
};

/** Money: read-your-writes, refusals, a transfer. */
export const playMoney = async (stage: Stage): Promise<void> => {
  const { tell, sees, refused, subOf } = stage;
  const [alice, bob] = [stage.actor("alice"), stage.actor("bob")];
  const [a, b] = [`alice-${stage.run}`, `bob-${stage.run}`];
  stage.scene("Bank accounts: what is written is read");
  const owner = { name: "Alice", email: "alice@example.com" };
  await alice.accounts.open(a, { owner, currency: "USD", initialBalance: 10_000 });
  await bob.accounts.open(b, { owner: { name: "Bob", email: "bob@example.com" }, currency: "USD" });
  tell("Alice opens an account with 100.00, Bob an empty one.");
  const deposit = await alice.accounts.deposit(a, { amount: 5_000, memo: "salary" });
  tell(`Alice deposits 50.00: her account is at version ${deposit.version}.`);
  const now = await alice.accounts.get(a);
  sees(`She reads it at once, and sees it: ${money(now.balance)}.`, now, { balance: 15_000 });
  const sums = await alice.view("balances", { user: subOf("alice") });
  const sum = { currency: "USD", currentBalance: 15_000, accounts: 1 };
  sees("So does the sum over all her accounts, a view of its own.", sums, { items: [sum] });
  const tooMuch = alice.accounts.withdraw(a, { amount: 99_900 });
  await refused("She cannot withdraw 999.00.", tooMuch, "insufficient-funds");
  bob.writes.note(alice.writes.token());
  await refused("Bob cannot read her account.", bob.accounts.get(a), "403");
  await alice.accounts.transfer(a, { to: b, amount: 2_000 });
  bob.writes.note(alice.writes.token());
  tell("She sends Bob 20.00, and her phone hands his the token of her write.");
  const both = [await alice.accounts.get(a), await bob.accounts.get(b)];
  sees("It left her account and reached his, in one transaction, and he sees it.", both, [
    { balance: 13_000 },
    { balance: 2_000 },
  ]);
};

/** The same account on a bad line: a retry that pays once, and what a command costs. */
export const playRepeats = async (stage: Stage): Promise<void> => {
  const { tell, sees } = stage;
  const a = `alice-${stage.run}`;
  stage.scene("Bank accounts: a lost answer pays once");
  const onTheTrain = stage.actor("alice", [], { fetch: breakingOnce() });
  const paid = await onTheTrain.accounts.withdraw(a, { amount: 3_000 });
  tell("She withdraws 30.00; the connection breaks before the answer, and her client asks again.");
  sees(`The money went once: version ${paid.version}.`, await onTheTrain.accounts.get(a), {
    version: paid.version,
    balance: 10_000,
  });
  const { price, fetch: thrifty } = noting();
  const saver = stage.actor("alice", [], { fetch: thrifty });
  await saver.accounts.deposit(a, { amount: 100 }, { idempotencyKey: null });
  tell("She deposits 1.00, without a key for repeats. Round trips, read units, write units:");
  stage.show(price());
};

/** The same account: its history, its past, and whether anybody has tampered with it. */
export const playHistory = async (stage: Stage): Promise<void> => {
  const { tell, sees } = stage;
  const alice = stage.actor("alice");
  const a = `alice-${stage.run}`;
  stage.scene("Bank accounts: nothing is forgotten");
  const { items } = await alice.accounts.history(a);
  tell("Everything that ever happened to Alice's account:");
  stage.show(...items.map(({ version, type, time }) => `${version}  ${time}  ${type}`));
  const then = await alice.accounts.get(a, { version: 1 });
  sees(`At version 1 it held ${money(then.balance)}.`, then, { version: 1, balance: 10_000 });
  const at = items[1]?.time ?? "";
  const past = await alice.accounts.get(a, { at });
  const version = items.filter(({ time }) => time <= at).length;
  sees(`At ${at} it held ${money(past.balance)}.`, past, { version });
  const whole = await alice.accounts.integrity(a);
  const proof = whole.ok ? `${whole.commits} commits, head ${whole.hash.slice(0, 16)}...` : "";
  sees(`Its chain of hashes is whole: ${proof}`, whole, { ok: true, version: items.length });
};

/** The same account on a slow screen: shown before the server has answered, and taken back where it refuses. */
export const playOptimism = async (stage: Stage): Promise<void> => {
  const { tell, sees, refused } = stage;
  const alice = stage.actor("alice");
  const a = `alice-${stage.run}`;
  stage.scene("Bank accounts: shown before the server has answered");
  const screen = await alice.accounts.optimistic(a);
  const deposited = screen.deposit({ amount: 1_000 });
  const { document: expected } = screen;
  sees("A deposit of 10.00 is on the screen while it is under way.", expected, { balance: 11_100 });
  sees("The answer says the same.", await deposited, { balance: 11_100 });
  await stage.actor("alice").accounts.withdraw(a, { amount: 10_000 });
  tell("On another device she withdraws 100.00, which this one does not know.");
  const withdrawn = screen.withdraw({ amount: 5_000 });
  sees("Here she withdraws 50.00: 61.00 are shown.", screen.document, { balance: 6_100 });
  await refused("The server refuses.", withdrawn, "insufficient-funds");
  sees("The screen has gone back to what is true: 11.00.", screen.document, { balance: 1_100 });
};
