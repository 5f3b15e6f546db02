import { describe, expect, test } from "vitest";
import * as z from "zod/mini";
import { Personal } from "../../../lib/core/personal/personal.ts";
import { Event } from "../../../lib/domains/account/account.ts";
import { balances } from "../../../lib/domains/account/balances.ts";

const ann = { sub: "ann", admin: false, auditor: false };
const at = (owner: string | undefined = "ann") => ({
  stream: "account-a1",
  id: "a1",
  version: 3,
  time: "2026-11-01T12:00:00.000Z",
  actor: "bob",
  owner,
  people: ["ann"],
});
const sealed = Personal.sealed<string>(Uint8Array.of(1));
const usd = { currency: "USD" };
const opened = Event.AccountOpened({
  owner: { name: sealed, email: sealed },
  ownerId: "ann",
  initialBalance: 500,
  ...usd,
});

describe("a user's balance", () => {
  test.each([
    [opened, 500, 1],
    [Event.MoneyDeposited({ amount: 7, memo: "m", ...usd }), 7, 0],
    [Event.MoneyWithdrawn({ amount: 7, ...usd }), -7, 0],
    [Event.TransferSent({ to: "b2", amount: 7, ...usd }), -7, 0],
    [Event.TransferReceived({ from: "b2", amount: 7, ...usd }), 7, 0],
    [Event.AccountClosed(usd), 0, -1],
  ])("counts %o", (event, currentBalance, accounts) => {
    expect(balances.additions(event, at())).toEqual([
      {
        partition: "ann",
        sort: "USD",
        labels: { user: "ann", currency: "USD" },
        sums: { currentBalance, accounts },
      },
    ]);
  });

  test("is kept by currency", () => {
    const [addition] = balances.additions(
      Event.MoneyDeposited({ amount: 7, currency: "EUR" }),
      at(),
    );
    expect(addition).toMatchObject({ sort: "EUR", labels: { currency: "EUR" } });
  });

  test("is nobody's for an account without an owner", () => {
    expect(balances.additions(Event.AccountClosed(usd), { ...at(), owner: undefined })).toEqual([]);
  });

  test("is asked for by user", () => {
    const { query } = balances;
    expect(query.partition({ user: "ben" }, ann)).toBe("ben");
    expect(query.whose?.({ user: "ben" }, ann)).toBe("ben");
    expect(z.safeParse(query.parameters, {}).success).toBe(false);
    expect(z.safeParse(query.parameters, { user: "" }).success).toBe(false);
    expect(z.safeParse(query.parameters, { user: "ann", more: "x" }).success).toBe(false);
  });
});
