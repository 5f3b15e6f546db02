import { describe, expect, expectTypeOf, test } from "vitest";
import * as classic from "zod";
import * as z from "zod/mini";
import { lineage } from "../../../lib/core/domain/lineage.ts";
import { type MessageOf, messages } from "../../../lib/core/domain/message.ts";

const Deposited = lineage(z.strictObject({ dollars: z.number() })).next(
  z.strictObject({ cents: z.int() }),
  ({ dollars }) => ({ cents: dollars * 100 }),
);
const Event = messages({ Opened: { owner: z.string() }, Deposited, Closed: {} });
type Event = MessageOf<typeof Event>;

describe("a table of messages", () => {
  test("gives a constructor for each type", () => {
    expect(Event.Opened({ owner: "ann" })).toEqual({ type: "Opened", data: { owner: "ann" } });
    expect(Event.Closed({})).toEqual({ type: "Closed", data: {} });
  });

  test("gives a union that is told apart by its type", () => {
    expectTypeOf<Event["type"]>().toEqualTypeOf<"Opened" | "Deposited" | "Closed">();
    expectTypeOf<Extract<Event, { type: "Deposited" }>["data"]>().toEqualTypeOf<{
      cents: number;
    }>();
  });

  test("parses untrusted data strictly, as today's shape", () => {
    expect(Event.parse("Deposited", { cents: 5 })).toEqual(Event.Deposited({ cents: 5 }));
    expect(() => Event.parse("Deposited", { dollars: 5 })).toThrow(z.core.$ZodError);
    expect(() => Event.parse("Closed", { extra: 1 })).toThrow(z.core.$ZodError);
  });

  test("takes shapes of classic zod as well, beside those of zod/mini", () => {
    const Moved = lineage(classic.strictObject({ to: classic.string().min(1) }));
    const Both = messages({ Moved, Named: { name: classic.string().optional(), age: z.int() } });
    expect(Both.parse("Named", { age: 7 })).toEqual(Both.Named({ age: 7 }));
    expect(Both.parse("Moved", { to: "Rome" })).toEqual(Both.Moved({ to: "Rome" }));
    expect(() => Both.parse("Moved", { to: "" })).toThrow("expected string to have >=1 characters");
    expect(() => Both.parse("Named", { age: "7" })).toThrow("expected number, received string");
  });

  test("reads what was stored under any published schema", () => {
    expect(Event.read({ type: "Deposited", schema: 1, data: { dollars: 5 } })).toEqual(
      Event.Deposited({ cents: 500 }),
    );
    expect(Event.read({ type: "Deposited", schema: 2, data: { cents: 5 } })).toEqual(
      Event.Deposited({ cents: 5 }),
    );
  });

  test.each(["Lost", "read", "lineages", "constructor", "__proto__", "toString"])(
    "does not know a type %s",
    (type) => {
      expect(() => Event.read({ type, schema: 1, data: {} })).toThrow(
        `Message type ${type} is unknown here.`,
      );
    },
  );

  test.each(["opened", "read", "parse", "With Space", "Née", ""])(
    "refuses to declare a type %j, which could hide a parser",
    (type) => {
      expect(() => messages({ [type]: {} })).toThrow("is not PascalCase");
    },
  );
});
