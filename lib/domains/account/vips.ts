import * as z from "zod/mini";
import type { IndexEntry } from "../../core/domain/domain.ts";
import { viewQuery } from "../../core/view/view-query.ts";
import type { State } from "./account.ts";

const Parameters = z.strictObject({ currency: z.string().check(z.regex(/^[A-Z]{3}$/)) });

/** Deposits above this sum, in minor units, make a VIP. */
const depositsOver = 1_000_000;

/** Where an account stands among the VIPs of its currency; undefined for everybody else. */
export const vipEntry = (state: State): IndexEntry | undefined =>
  state && state.totalDeposits > depositsOver
    ? { partition: state.currency, sort: state.totalDeposits }
    : undefined;

/** Accounts with the most deposits first. */
export const vips = viewQuery(Parameters, {
  index: "vips",
  descending: true,
  partition: ({ currency }) => currency,
});
