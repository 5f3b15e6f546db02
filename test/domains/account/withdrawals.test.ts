import { describe, expect, test } from "vitest";
import * as z from "zod/mini";
import { tallyAdditions } from "../../../lib/core/view/tally-view.ts";
import { Event } from "../../../lib/domains/account/account.ts";
import { withdrawals } from "../../../lib/domains/account/withdrawals.ts";
import { registry } from "../../../lib/domains/index.ts";

const ada = { sub: "ada", admin: true, auditor: false };
const at = {
  stream: "account-a1",
  id: "a1",
  version: 3,
  time: "2026-10-31T23:59:59.999Z",
  actor: "bob",
  owner: "ann",
  people: ["ann"],
};
const usd = { currency: "USD" };
const withdrawn = Event.MoneyWithdrawn({ amount: 7, ...usd });
const view = registry.views.find(({ name }) => name === withdrawals.name);

describe("what a user has withdrawn in a month", () => {
  test("counts withdrawals, by the month of their time in UTC and by currency", () => {
    expect(withdrawals.additions(withdrawn, at)).toEqual([
      {
        partition: "ann",
        sort: "2026-10#USD",
        labels: { user: "ann", month: "2026-10", currency: "USD" },
        sums: { withdrawn: 7 },
      },
    ]);
    const next = { ...at, time: "2026-11-01T00:00:00.000Z" };
    expect(withdrawals.additions(withdrawn, next)).toMatchObject([
      { labels: { month: "2026-11" } },
    ]);
  });

  test.each([
    Event.MoneyDeposited({ amount: 7, ...usd }),
    Event.TransferSent({ to: "b2", amount: 7, ...usd }),
    Event.TransferReceived({ from: "b2", amount: 7, ...usd }),
    Event.AccountClosed(usd),
  ])("does not count $type", (event) => {
    expect(withdrawals.additions(event, at)).toEqual([]);
  });

  test("is nobody's for an account without an owner", () => {
    expect(withdrawals.additions(withdrawn, { ...at, owner: undefined })).toEqual([]);
  });

  test("stands in the index where the question looks for it", () => {
    if (view?.kind !== "tally") throw new Error("There is no such tally.");
    const [addition] = tallyAdditions(view, withdrawn, at);
    const { query } = withdrawals;
    const asked = { month: "2026-10", currency: "USD" };
    expect(addition?.index).toBe(query.partition(asked, ada));
    expect(query.index).toBe(view.index?.name);
    expect(view.index?.by).toBe("withdrawn");
  });

  test("is asked for above a sum, highest first, by operators only", () => {
    const { query } = withdrawals;
    const asked = { month: "2026-10", currency: "USD", over: "100000" };
    expect(query.range?.(asked)).toEqual({ above: 100_000 });
    expect(query.range?.({ ...asked, over: undefined })).toEqual({ above: 0 });
    expect(query.descending).toBe(true);
    expect(query.whose).toBeUndefined();
  });

  test.each([
    { month: "2026-13", currency: "USD" },
    { month: "2026-1", currency: "USD" },
    { month: "2026-10" },
    { currency: "USD" },
    { month: "2026-10", currency: "usd" },
    { month: "2026-10", currency: "USD", over: "-1" },
    { month: "2026-10", currency: "USD", over: "1e3" },
    { month: "2026-10", currency: "USD", user: "ann" },
  ])("refuses the question %o", (parameters) => {
    expect(z.safeParse(withdrawals.query.parameters, parameters).success).toBe(false);
  });
});
