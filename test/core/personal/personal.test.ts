import { format, inspect } from "node:util";
import { deserialize, serialize } from "node:v8";
import { describe, expect, it } from "vitest";
import * as classic from "zod";
import * as z from "zod/mini";
import {
  Personal,
  personal,
  personalField,
  personalValues,
} from "../../../lib/core/personal/personal.ts";

const secret = "ada.lovelace@example.org";
const shown = "[personal]";

/** Everything that a way of showing a value could let out, as one text. */
const everythingIn = (value: unknown): string =>
  inspect(value, { depth: 9, showHidden: true, customInspect: false, getters: true });

const thrownBy = (work: () => unknown): unknown => {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new Error("Nothing was thrown.");
};

describe("a personal value in clear", () => {
  const value = Personal.clear({ email: secret });
  const holder = { list: [value], map: new Map([["key", value]]) };

  it.each<[string, () => unknown]>([
    ["a template string", () => `${value}`],
    ["concatenation", () => ["Dear ", value].join("")],
    ["String()", () => String(value)],
    ["toString", () => value.toString()],
    ["JSON", () => JSON.stringify(holder)],
    ["JSON of itself", () => JSON.stringify(value)],
    ["inspect", () => inspect(holder, { depth: 9 })],
    ["inspect with hidden fields", () => inspect(holder, { depth: 9, showHidden: true })],
    ["inspect of its own making", () => everythingIn(holder)],
    ["format", () => format("%s %o %O %j", value, value, holder, value)],
    ["its entries", () => JSON.stringify(Object.entries(value))],
    ["its own names", () => JSON.stringify(Object.getOwnPropertyNames(value))],
    ["a spread copy", () => everythingIn({ ...value })],
    ["an assigned copy", () => everythingIn(Object.assign({}, value))],
    ["a structured clone", () => everythingIn(structuredClone(value))],
    ["a serialized copy", () => everythingIn(deserialize(serialize(value)))],
    ["an error's message", () => new Error(`Refused: ${value}`).stack],
    ["an error's cause", () => inspect(new Error("Refused", { cause: holder }), { depth: 9 })],
  ])("does not show in %s", (_, show) => {
    expect(String(show())).not.toContain("lovelace");
  });

  it("shows as [personal] where it is printed", () => {
    expect(`${value} ${JSON.stringify(value)} ${inspect(value)}`).toBe(
      `${shown} "${shown}" ${shown}`,
    );
  });

  it("is handed out to whoever seals it, and cannot be changed", () => {
    expect(value.reveal()).toEqual({ email: secret });
    expect(Object.isFrozen(value)).toBe(true);
  });

  it("does not show in the error of revealing what is sealed", () => {
    const sealed = Personal.sealed(Buffer.from(secret));
    expect(String(thrownBy(() => sealed.reveal()))).not.toContain("lovelace");
    expect(inspect(sealed)).toBe(shown);
    expect(JSON.stringify({ sealed })).toBe(`{"sealed":"${shown}"}`);
  });
});

describe("a personal field", () => {
  const Email = personal(
    z
      .email()
      .check(
        z.refine((email) => !email.includes("lovelace"), { error: ({ input }) => `not ${input}` }),
      ),
  );
  const Home = personal(z.strictObject({ street: z.literal("Main"), zip: z.optional(z.string()) }));
  const Contact = z.strictObject({ email: Email, home: z.optional(Home) });

  it("parses the raw value, a stored one, and one in memory", () => {
    const raw = Contact.parse({ email: "bob@example.org" });
    expect(raw.email.reveal()).toBe("bob@example.org");
    expect(Contact.parse(raw).email.reveal()).toBe("bob@example.org");
    const bytes = Uint8Array.of(1, 2);
    const stored = Contact.parse({ email: bytes });
    expect(stored.email.sealed).toBe(bytes);
    expect(Contact.parse(stored).email.sealed).toBe(bytes);
  });

  it.each<[string, unknown]>([
    ["a value of the wrong form", { email: "lovelace" }],
    ["a message that quotes it", { email: secret }],
    ["a value of the wrong kind", { email: [secret] }],
    ["a value in memory", { email: Personal.clear(secret) }],
    ["a nested value", { email: "bob@example.org", home: { street: secret } }],
    [
      "the name of an unknown field",
      { email: "bob@example.org", home: { street: "Main", [secret]: 1 } },
    ],
  ])("does not quote %s in its issues", (_, input) => {
    for (const reportInput of [false, true]) {
      const error = thrownBy(() => Contact.parse(input, { reportInput }));
      expect(error).toBeInstanceOf(z.core.$ZodError);
      expect(everythingIn(error)).not.toContain("lovelace");
      expect(String(error)).not.toContain("lovelace");
    }
  });

  it("does not quote the key of a record in an issue's path", () => {
    const Phones = z.strictObject({ phones: personal(z.record(z.string(), z.int())) });
    const error = thrownBy(() => Phones.parse({ phones: { [secret]: "x" } }));
    expect(everythingIn(error)).not.toContain("lovelace");
    expect(error).toMatchObject({ issues: [{ path: ["phones"] }] });
  });

  it("tells where the fault is, and its kind", () => {
    const { error } = Contact.safeParse({ email: "bob@example.org", home: { street: "Side" } });
    expect(error?.issues).toMatchObject([
      { path: ["home", "street"], message: "Invalid personal value (invalid_value)" },
    ]);
  });

  it("takes a shape of classic zod as well", () => {
    const field = personal(classic.strictObject({ street: classic.literal("Main") }));
    expect(field.parse({ street: "Main" }).reveal()).toEqual({ street: "Main" });
    expect(field.safeParse({ street: "Side" }).error?.issues).toMatchObject([
      { path: ["street"], message: "Invalid personal value (invalid_value)" },
    ]);
  });

  it("refuses a missing value, and ill-formed Unicode anywhere in it", () => {
    expect(Contact.safeParse({}).error?.issues).toMatchObject([{ path: ["email"] }]);
    const Any = personal(z.unknown());
    for (const ill of ["\ud800", { deep: ["\udfff"] }, { "\ud800": 1 }])
      expect(Any.safeParse(ill).error?.issues).toMatchObject([
        { message: "must be well-formed Unicode" },
      ]);
    expect(Any.safeParse({ well: ["🗝", null, 1] }).success).toBe(true);
  });

  it("is found by its schema, with what it was declared as and whose", () => {
    const inner = z.string();
    const field = personal(inner, "driver");
    expect(personalField(field)).toEqual({ inner, whose: "driver" });
    expect(personalField(field.check(z.describe("The driver's name.")))).toEqual({
      inner,
      whose: "driver",
    });
    expect(personalField(inner)).toBeUndefined();
  });
});

describe("the personal values of a message", () => {
  it("are found in depth, in the order of its keys", () => {
    const [a, b, c] = ["a", "b", "c"].map((value) => Personal.clear(value));
    expect(personalValues({ z: a, bytes: Uint8Array.of(1), y: [{ x: b }, null, 1], c })).toEqual([
      a,
      b,
      c,
    ]);
  });
});
