import { describe, expect, test } from "vitest";
import { mayAsk } from "../../../lib/core/view-query.ts";
import { withdrawals } from "../../../lib/domains/account/withdrawals.ts";
import { at, happened } from "./happened.ts";

const ann = { sub: "ann", admin: false, auditor: false };
const asked = { month: "2026-10", currency: "USD" };

describe("what a user withdraws in a month", () => {
  test("is counted by month in UTC, and by currency", () => {
    expect(withdrawals.additions(happened.withdrawn, at)).toEqual([
      {
        partition: "ann",
        sort: "2026-10#USD",
        labels: { user: "ann", month: "2026-10", currency: "USD" },
        sums: { withdrawn: 300 },
      },
    ]);
    const next = { ...at, time: "2026-11-01T00:00:00.000Z" };
    expect(withdrawals.additions(happened.withdrawn, next)[0]?.labels.month).toBe("2026-11");
  });

  test.each(["opened", "deposited", "sent", "received", "closed"] as const)(
    "does not count that an account was %s",
    (what) => {
      expect(withdrawals.additions(happened[what], at)).toEqual([]);
    },
  );

  test("is nobody's where there is no owner", () => {
    expect(withdrawals.additions(happened.withdrawn, { ...at, owner: undefined })).toEqual([]);
  });

  test("is found where the question looks for it", () => {
    const [addition] = withdrawals.additions(happened.withdrawn, at);
    const partition = withdrawals.query.partition(asked, ann);
    expect(addition && withdrawals.index.partition(addition.labels)).toBe(partition);
  });

  test("is asked for more than an amount, highest first", () => {
    expect(withdrawals.query.range?.({ ...asked, over: "100000" })).toEqual({ above: 100_000 });
    expect(withdrawals.query.range?.(asked)).toEqual({ above: 0 });
    expect(withdrawals.query.descending).toBe(true);
  });

  test("is for admins and auditors only", () => {
    const may = (caller: object) => mayAsk(withdrawals.query, asked, { ...ann, ...caller });
    expect([may({ admin: true }), may({ auditor: true }), may({})]).toEqual([true, true, false]);
  });

  test.each([
    { currency: "USD" },
    { month: "2026-13", currency: "USD" },
    { month: "2026-1", currency: "USD" },
    { month: "2026-10", currency: "dollars" },
    { ...asked, over: "-1" },
    { ...asked, over: "1.5" },
    { ...asked, user: "ann" },
  ])("cannot be asked with %j", (parameters) => {
    expect(withdrawals.query.parameters.safeParse(parameters).success).toBe(false);
  });
});
