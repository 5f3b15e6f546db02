import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { viewEvents } from "../../../lib/core/envelope.ts";
import { mayAsk } from "../../../lib/core/view-query.ts";
import { balances } from "../../../lib/domains/account/balances.ts";
import accounts from "../../../lib/domains/account/index.ts";
import { createCommandProcess } from "../../command-process.ts";
import { at, happened } from "./happened.ts";
import { expected, ids, type Model, request, send } from "./model.ts";

const tally = accounts.views?.find(({ name }) => name === "balances");
if (tally?.kind !== "tally") throw new Error("Accounts have no tally of balances.");

describe("the balances of a user", () => {
  test.each([
    ["opened", 1, 1],
    ["deposited", 20, 0],
    ["withdrawn", -300, 0],
    ["sent", -4_000, 0],
    ["received", 50_000, 0],
    ["closed", 0, -1],
  ] as const)("change when an account is %s", (what, currentBalance, open) => {
    expect(balances.additions(happened[what], at)).toEqual([
      {
        partition: "ann",
        sort: "USD",
        labels: { user: "ann", currency: "USD" },
        sums: { currentBalance, accounts: open },
      },
    ]);
  });

  test("are nobody's where there is no owner", () => {
    expect(balances.additions(happened.deposited, { ...at, owner: undefined })).toEqual([]);
  });

  test("are shown to the user, to admins and to auditors", () => {
    const may = (caller: object) =>
      mayAsk(
        balances.query,
        { user: "ann" },
        { sub: "ann", admin: false, auditor: false, ...caller },
      );
    expect([{}, { sub: "x", admin: true }, { sub: "x", auditor: true }].every(may)).toBe(true);
    expect(may({ sub: "ben" })).toBe(false);
  });

  test("are the sums of the user's open accounts, whatever was done", async () => {
    const requests = fc.array(request, { minLength: 5, maxLength: 40, size: "max" });
    await fc.assert(
      fc.asyncProperty(requests, async (asks) => {
        const process = createCommandProcess({ domain: accounts });
        const model: Model = new Map();
        for (const asked of asks) {
          expected(model, asked);
          await send(process, asked).catch(() => undefined);
        }
        const sums = new Map<string, { balance: number; accounts: number }>();
        const add = (key: string, balance: number, open: number) => {
          const known = sums.get(key) ?? { balance: 0, accounts: 0 };
          sums.set(key, { balance: known.balance + balance, accounts: known.accounts + open });
        };
        for (const commit of ids.flatMap((id) => process.store.commits(`account-${id}`)))
          for (const { event, at: where } of viewEvents(accounts, commit))
            for (const { partition, sort, sums: added } of tally.additions(event, where))
              add(`${partition} ${sort}`, added.currentBalance ?? 0, added.accounts ?? 0);
        const counted = new Map(sums);
        sums.clear();
        for (const { owner, currency, balance, isOpen } of model.values())
          add(`${owner} ${currency}`, balance, isOpen ? 1 : 0);
        expect(counted).toEqual(sums);
      }),
      { numRuns: 50 },
    );
  });
});
