import { describe, expect, test } from "vitest";
import { mayAsk } from "../../../lib/core/view-query.ts";
import { vips } from "../../../lib/domains/account/vips.ts";

const ann = { sub: "ann", admin: false, auditor: false };

describe("the list of VIPs", () => {
  test("is asked by currency, highest deposits first", () => {
    expect(vips.partition({ currency: "USD" }, ann)).toBe("USD");
    expect(vips).toMatchObject({ index: "vips", descending: true });
    for (const parameters of [{}, { currency: "usd" }, { currency: "USD", user: "ann" }])
      expect(vips.parameters.safeParse(parameters).success).toBe(false);
  });

  test("is for admins and auditors only", () => {
    const may = (caller: object) => mayAsk(vips, { currency: "USD" }, { ...ann, ...caller });
    expect(may({ admin: true })).toBe(true);
    expect(may({ auditor: true })).toBe(true);
    expect(may({})).toBe(false);
  });
});
