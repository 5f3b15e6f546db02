import { describe, expect, test } from "vitest";
import * as z from "zod/mini";
import { Personal } from "../../../lib/core/personal/personal.ts";
import { Event } from "../../../lib/domains/account/account.ts";
import { audit } from "../../../lib/domains/account/audit.ts";

const ann = { sub: "ann", admin: false, auditor: false };
const time = "2026-11-01T12:00:00.000Z";
const at = {
  stream: "account-a1",
  id: "a1",
  version: 3,
  time,
  actor: "bob",
  owner: "ann",
  people: ["ann", "bob"],
};
const sealed = Personal.sealed<string>(Uint8Array.of(1));
const usd = { currency: "USD" };
const opened = Event.AccountOpened({
  owner: { name: sealed, email: sealed },
  ownerId: "ann",
  initialBalance: 500,
  ...usd,
});

describe("the audit trail", () => {
  test.each([
    [opened, "open", 500],
    [Event.MoneyDeposited({ amount: 7, memo: "m", ...usd }), "deposit", 7],
    [Event.MoneyWithdrawn({ amount: 8, ...usd }), "withdraw", 8],
    [Event.TransferSent({ to: "b2", amount: 9, ...usd }), "transfer-out", 9],
    [Event.TransferReceived({ from: "b2", amount: 10, ...usd }), "transfer-in", 10],
    [Event.AccountClosed(usd), "close", 0],
  ])("holds %o as the owner's, by date", (event, operation, amount) => {
    const values = {
      user: "ann",
      date: time,
      operation,
      amount,
      currency: "USD",
      account: "a1",
      version: 3,
    };
    expect(audit.entries(event, at)).toEqual([{ partition: "ann", sort: time, values }]);
  });

  test("holds nothing of an account without an owner", () => {
    expect(audit.entries(Event.AccountClosed(usd), { ...at, owner: undefined })).toEqual([]);
  });

  test("holds no personal value, sealed or not", () => {
    const [entry] = audit.entries(opened, at);
    expect(Object.values(entry?.values ?? {}).map((value) => typeof value)).not.toContain("object");
  });

  test("is asked for by user, newest first", () => {
    const { query } = audit;
    expect(query.descending).toBe(true);
    expect(query.partition({ user: "ben" }, ann)).toBe("ben");
    expect(query.whose?.({ user: "ben" }, ann)).toBe("ben");
    expect(query.range?.({ user: "ben" })).toEqual({});
  });

  test("is asked for from a time on, up to another that is not included", () => {
    const range = audit.query.range?.({
      user: "ann",
      from: "2026-10-01",
      to: "2026-11-01T01:00:00+01:00",
    });
    expect(range).toEqual({ from: "2026-10-01T00:00:00.000Z", below: "2026-11-01T00:00:00.000Z" });
  });

  test.each([{}, { user: "" }, { user: "ann", from: "yesterday" }, { user: "ann", until: "2026" }])(
    "refuses the question %o",
    (parameters) => {
      expect(z.safeParse(audit.query.parameters, parameters).success).toBe(false);
    },
  );
});
