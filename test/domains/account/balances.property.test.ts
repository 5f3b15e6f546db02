import fc from "fast-check";
import { expect, test } from "vitest";
import { viewEvents } from "../../../lib/core/view/envelope.ts";
import accounts from "../../../lib/domains/account/index.ts";
import { createCommandProcess } from "../../command-process.ts";
import { runs } from "../../effort.ts";
import { expected, ids, type Model, request, send } from "./model.ts";

const tally = accounts.views?.find(({ name }) => name === "balances");
if (tally?.kind !== "tally") throw new Error("Accounts have no tally of balances.");

/** Sums by user and currency. */
const createSums = () => {
  const sums = new Map<string, { balance: number; accounts: number }>();
  return {
    sums,
    add: (key: string, balance = 0, accounts = 0): void => {
      const known = sums.get(key) ?? { balance: 0, accounts: 0 };
      sums.set(key, { balance: known.balance + balance, accounts: known.accounts + accounts });
    },
  };
};

test("a user's balances are the sums of their open accounts, whatever was done", async () => {
  const requests = fc.array(request, { minLength: 5, maxLength: 40, size: "max" });
  await fc.assert(
    fc.asyncProperty(requests, async (asks) => {
      const process = createCommandProcess({ domain: accounts });
      const model: Model = new Map();
      for (const asked of asks) {
        expected(model, asked);
        await send(process, asked).catch(() => undefined);
      }
      const counted = createSums();
      for (const commit of ids.flatMap((id) => process.store.commits(`account-${id}`)))
        for (const { event, at } of viewEvents(accounts, commit))
          for (const { partition, sort, sums } of tally.additions(event, at))
            counted.add(`${partition} ${sort}`, sums.currentBalance, sums.accounts);
      const owned = createSums();
      for (const { owner, currency, balance, isOpen } of model.values())
        owned.add(`${owner} ${currency}`, balance, isOpen ? 1 : 0);
      expect(counted.sums).toEqual(owned.sums);
    }),
    runs(40),
  );
});
