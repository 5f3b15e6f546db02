import type { User } from "./host.ts";
import { BrokenAnswer, itemsOf, type Reply } from "./http.ts";
import { must, opening } from "./town.ts";

/** One command with an idempotency key, which also marks the event that it leads to. */
export interface Deed {
  readonly path: string;
  readonly body: object;
  readonly key: string;
  /** The stream that it changes, by its path. */
  readonly of: string;
}

/** What a load has come to: what was answered, by key, and what was not. */
export interface Journal {
  readonly answered: Map<string, { readonly deed: Deed; readonly reply: Reply }>;
  readonly open: Deed[];
  readonly broken: unknown[];
}

export const accounts = ["k0", "k1", "k2", "k3"].map((id) => `/accounts/${id}`);
export const documents = ["k0", "k1"].map((id) => `/documents/${id}`);
export const carts = ["k0", "k1", "k2", "k3", "k4", "k5"].map((id) => `/carts/${id}`);
const initialBalance = 10_000;

/** The streams that a load works on. */
export const prepare = async (user: User): Promise<void> => {
  for (const path of accounts) await must(user.post(`${path}/open`, opening(initialBalance)));
  for (const path of documents) await must(user.post(`${path}/create`, { title: "x", body: "" }));
};

/** Makes up the next command. */
export const createDeeds = (dice: () => number): (() => Deed) => {
  const pick = (paths: readonly string[]): string => paths[Math.floor(dice() * paths.length)] ?? "";
  let number = 0;
  return () => {
    number += 1;
    const key = `deed-${number}`;
    const [account, other] = [pick(accounts), pick(accounts)];
    const amount = 1 + Math.floor(dice() * 100);
    const deed = (of: string, command: string, body: object): Deed => ({
      path: `${of}/${command}`,
      body,
      key,
      of,
    });
    switch (Math.floor(dice() * 5)) {
      case 0:
        return deed(account, "deposit", { amount, memo: key });
      case 1:
        return deed(account, "withdraw", { amount: amount * 20, memo: key });
      case 2:
        return deed(account, "transfer", { to: other.split("/")[2], amount });
      case 3:
        return deed(pick(documents), "edit", { body: `${key}\n`, message: key });
      default:
        return deed(pick(carts), "add", { sku: key, quantity: 1, price: amount });
    }
  };
};

/** An empty journal. */
export const newJournal = (): Journal => ({ answered: new Map(), open: [], broken: [] });

const carryOut = async (user: User, journal: Journal, deed: Deed): Promise<boolean> => {
  try {
    const reply = await user.post(deed.path, deed.body, { "idempotency-key": deed.key });
    if (reply.status >= 500 || reply.status === 409) {
      journal.open.push(deed);
      return true;
    }
    journal.answered.set(deed.key, { deed, reply });
    return true;
  } catch (error) {
    if (error instanceof BrokenAnswer) journal.broken.push(error);
    journal.open.push(deed);
    return false;
  }
};

/** Sends commands, some at a time, until the host does not answer any more. */
export const loadUntilGone = async (
  user: User,
  journal: Journal,
  next: () => Deed,
  atOnce = 8,
): Promise<void> => {
  const work = async (): Promise<void> => {
    while (await carryOut(user, journal, next()));
  };
  await Promise.all(Array.from({ length: atOnce }, work));
};

/** Sends what was not answered once more, with the same keys, until it is. */
export const settleOpen = async (user: User, journal: Journal): Promise<void> => {
  for (let deed = journal.open.shift(); deed; deed = journal.open.shift())
    if (!(await carryOut(user, journal, deed))) throw new Error(`${deed.path} was not answered.`);
};

/** The whole history of a stream; empty when it does not exist. */
export const historyOf = async (
  user: User,
  path: string,
): Promise<readonly { readonly type: string; readonly data: Record<string, unknown> }[]> => {
  const events: { type: string; data: Record<string, unknown> }[] = [];
  let cursor = "";
  do {
    const reply = await user.get(`${path}/history?limit=100${cursor}`);
    if (reply.status === 404) return [];
    for (const { type, data } of itemsOf(await must(Promise.resolve(reply))))
      events.push({ type: String(type), data: Object(data) });
    const { cursor: more } = Object(reply.body);
    cursor = more === undefined ? "" : `&cursor=${more}`;
  } while (cursor !== "");
  return events;
};

/** The balance that a history comes to. */
export const balanceOf = (events: Awaited<ReturnType<typeof historyOf>>): number =>
  events.reduce((balance, { type, data }) => {
    const amount = Number(data.amount ?? data.initialBalance ?? 0);
    return balance + (/Withdrawn|Sent/.test(type) ? -amount : amount);
  }, 0);
