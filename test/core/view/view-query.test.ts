import { describe, expect, test } from "vitest";
import * as z from "zod/mini";
import { anyone, mayAsk, viewQuery } from "../../../lib/core/view/view-query.ts";

const ann = { sub: "ann", admin: false, auditor: false };
const ada = { sub: "ada", admin: true, auditor: false };
const audrey = { sub: "audrey", admin: false, auditor: true };
const Parameters = z.strictObject({
  user: z.string(),
  over: z._default(z.pipe(z.string(), z.transform(Number)), 7),
});
const own = viewQuery(Parameters, {
  whose: ({ user }) => user,
  partition: ({ user }) => `of ${user}`,
  range: ({ over }) => ({ above: over }),
});
const operators = viewQuery(z.strictObject({}), { partition: () => "all", descending: true });

describe("a query", () => {
  test("gives its functions the parameters as they were parsed", () => {
    expect(own.partition({ user: "ann" }, ann)).toBe("of ann");
    expect(own.range?.({ user: "ann", over: "12" })).toEqual({ above: 12 });
    expect(own.range?.({ user: "ann" })).toEqual({ above: 7 });
  });

  test("keeps its other options, and has no function that was not declared", () => {
    expect(operators.descending).toBe(true);
    expect(operators).not.toHaveProperty("whose");
    expect(operators).not.toHaveProperty("range");
    expect(operators).not.toHaveProperty("one");
  });

  test("may be asked by the user whose rows these are, by admins and by auditors", () => {
    const askers = [ann, ada, audrey].map((caller) => mayAsk(own, { user: "ann" }, caller));
    expect(askers).toEqual([true, true, true]);
    expect(mayAsk(own, { user: "ben" }, ann)).toBe(false);
  });

  test("about nobody's rows may be asked by admins and auditors only", () => {
    const askers = [ann, ada, audrey].map((caller) => mayAsk(operators, {}, caller));
    expect(askers).toEqual([false, true, true]);
  });

  test("may be asked by anyone when it says so", () => {
    const open = viewQuery(z.strictObject({}), { whose: anyone, partition: () => "all" });
    expect(mayAsk(open, {}, ann)).toBe(true);
  });
});
