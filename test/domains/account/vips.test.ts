import { describe, expect, test } from "vitest";
import * as z from "zod/mini";
import { Personal } from "../../../lib/core/personal/personal.ts";
import type { State } from "../../../lib/domains/account/account.ts";
import account from "../../../lib/domains/account/index.ts";
import { vipEntry, vips } from "../../../lib/domains/account/vips.ts";

const ada = { sub: "ada", admin: true, auditor: false };
const sealed = Personal.sealed<string>(Uint8Array.of(1));
const stateWith = (totalDeposits: number, status: "open" | "closed" = "open"): State => ({
  status,
  owner: { name: sealed, email: sealed },
  ownerId: "ann",
  currency: "EUR",
  balance: 0,
  initialBalance: 2_000_000,
  totalDeposits,
  openedAt: "2026-11-01T12:00:00.000Z",
});

describe("the VIPs", () => {
  test("are accounts with deposits of more than 10,000.00, whatever is left of them", () => {
    expect(vipEntry(stateWith(1_000_001))).toEqual({ partition: "EUR", sort: 1_000_001 });
    expect(vipEntry(stateWith(5_000_000, "closed"))).toMatchObject({ sort: 5_000_000 });
  });

  test("are no others", () => {
    expect(vipEntry(stateWith(1_000_000))).toBeUndefined();
    expect(vipEntry(stateWith(0))).toBeUndefined();
    expect(vipEntry(null)).toBeUndefined();
  });

  test("stand in an index of the accounts where the question looks for them", () => {
    const state = stateWith(1_000_001);
    expect(account.index?.(state)).toEqual({ [vips.index ?? ""]: vipEntry(state) });
    expect(account.indexes?.[vips.index ?? ""]).toEqual({});
    expect(vips.partition({ currency: "EUR" }, ada)).toBe(vipEntry(state)?.partition);
  });

  test("are asked for by currency, highest first, by operators only", () => {
    expect(vips.descending).toBe(true);
    expect(vips.whose).toBeUndefined();
    const valid = [{ currency: "USD" }, {}, { currency: "usd" }, { currency: "USD", over: "1" }];
    expect(valid.map((each) => z.safeParse(vips.parameters, each).success)).toEqual([
      true,
      false,
      false,
      false,
    ]);
  });
});
