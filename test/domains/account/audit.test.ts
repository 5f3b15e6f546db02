import { describe, expect, test } from "vitest";
import { mayAsk } from "../../../lib/core/view-query.ts";
import { audit } from "../../../lib/domains/account/audit.ts";
import { at, happened } from "./happened.ts";

const ann = { sub: "ann", admin: false, auditor: false };

describe("the audit trail", () => {
  test.each([
    ["opened", "open", 1],
    ["deposited", "deposit", 20],
    ["withdrawn", "withdraw", 300],
    ["sent", "transfer-out", 4_000],
    ["received", "transfer-in", 50_000],
    ["closed", "close", 0],
  ] as const)("tells that an account was %s", (what, operation, amount) => {
    expect(audit.entries(happened[what], at)).toEqual([
      {
        partition: "ann",
        sort: at.time,
        values: {
          user: "ann",
          date: at.time,
          operation,
          amount,
          currency: "USD",
          account: "a1",
          version: 7,
        },
      },
    ]);
  });

  test("is the owner's, whoever acted, and nobody's where there is none", () => {
    expect(audit.entries(happened.deposited, { ...at, owner: undefined })).toEqual([]);
    expect(audit.entries(happened.deposited, at)[0]?.values.user).toBe("ann");
  });

  test("is asked by date, from inclusive, to exclusive, newest first", () => {
    const { range, partition, descending } = audit.query;
    const asked = { user: "ann", from: "2026-10-01", to: "2026-11-01T00:00:00+01:00" };
    expect(range?.(asked)).toEqual({
      from: "2026-10-01T00:00:00.000Z",
      below: "2026-10-31T23:00:00.000Z",
    });
    expect(range?.({ user: "ann" })).toEqual({});
    expect(partition(asked, ann)).toBe("ann");
    expect(descending).toBe(true);
  });

  test("is shown to the user, to admins and to auditors", () => {
    const may = (caller: object) => mayAsk(audit.query, { user: "ann" }, { ...ann, ...caller });
    expect([{}, { sub: "x", admin: true }, { sub: "x", auditor: true }].every(may)).toBe(true);
    expect(may({ sub: "ben" })).toBe(false);
  });

  test.each([{}, { user: "" }, { user: "ann", from: "yesterday" }, { user: "ann", more: "1" }])(
    "cannot be asked with %j",
    (parameters) => {
      expect(audit.query.parameters.safeParse(parameters).success).toBe(false);
    },
  );
});
