import { beforeEach, describe, expect, test } from "vitest";
import { mayCommand, mayRead } from "../../../lib/core/domain/access.ts";
import { subjectOf } from "../../../lib/core/domain/domain.ts";
import { load } from "../../../lib/core/log/load.ts";
import { showDocument } from "../../../lib/core/view/document-view.ts";
import { Command } from "../../../lib/domains/cart/cart.ts";
import carts from "../../../lib/domains/cart/index.ts";
import { createCommandProcess, refusalOf } from "../../command-process.ts";

const callerNamed = (sub: string) => ({ sub, admin: false, auditor: false });

let process: ReturnType<typeof createCommandProcess>;
const loaded = () => load(carts, process.store, "cart-c", { consistent: true });

beforeEach(async () => {
  process = createCommandProcess({ domain: carts });
  await process.send("c", Command.Add({ sku: "tea", quantity: 3, price: 350 }));
  await process.send("c", Command.Remove({ sku: "tea", quantity: 1 }));
});

describe("who may what with a cart", () => {
  test.each(["Add", "Remove", "Checkout"])("%s: its user, and no stranger", async (type) => {
    const subject = subjectOf(carts, (await loaded()).state);
    const roles = carts.allow[type] ?? [];
    expect(mayCommand(roles, callerNamed("ann"), subject)).toBe(true);
    expect(mayCommand(roles, callerNamed("ben"), subject)).toBe(false);
  });

  test("read: its user, and no stranger", async () => {
    const subject = subjectOf(carts, (await loaded()).state);
    expect(mayRead(carts.readers, callerNamed("ann"), subject)).toBe(true);
    expect(mayRead(carts.readers, callerNamed("ben"), subject)).toBe(false);
  });

  test("what somebody else's cart holds is nobody's to learn", async () => {
    const asked = process.send("c", Command.Remove({ sku: "jam", quantity: 1 }), { by: "ben" });
    expect(await refusalOf(asked)).toMatchObject({ kind: "forbidden" });
  });
});

describe("the document of a cart", () => {
  test("shows what is in it, what it costs, and what was removed", async () => {
    expect(showDocument(carts, "c", await loaded())).toEqual({
      id: "c",
      version: 2,
      status: "open",
      currency: "USD",
      items: [{ sku: "tea", quantity: 2, price: 350 }],
      total: 700,
      removed: [{ sku: "tea", quantity: 1 }],
    });
  });
});
