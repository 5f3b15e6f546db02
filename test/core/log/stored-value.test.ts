import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { toStored } from "../../../lib/core/log/stored-value.ts";
import { Personal } from "../../../lib/core/personal/personal.ts";

describe("what is stored", () => {
  test("is what the domain gave, without absent fields", () => {
    const value = { a: [1, "b", null, { c: true }], d: undefined, e: Uint8Array.of(1) };
    expect(toStored(value)).toEqual({ a: [1, "b", null, { c: true }], e: Uint8Array.of(1) });
    expect(Object.keys(Object(toStored(value)))).toEqual(["a", "e"]);
  });

  test("is the sealed bytes of a personal value", () => {
    expect(toStored({ name: Personal.sealed(Uint8Array.of(7)) })).toEqual({
      name: Uint8Array.of(7),
    });
  });

  test("knows no negative zero, for DynamoDB does not", () => {
    expect(Object.is(toStored(-0), 0)).toBe(true);
  });

  test("comes back the same through JSON", () => {
    const value = fc.jsonValue({ stringUnit: "grapheme", maxDepth: 3 });
    fc.assert(
      fc.property(value, (given) => {
        const kept = (() => {
          try {
            return { stored: toStored(given) };
          } catch {
            return undefined;
          }
        })();
        if (kept) expect(JSON.stringify(kept.stored)).toBe(JSON.stringify(given));
      }),
    );
  });

  test("keeps a key that means something to JavaScript", () => {
    const stored = toStored(JSON.parse('{"__proto__":{"a":1},"constructor":2}'));
    expect(JSON.stringify(stored)).toBe('{"__proto__":{"a":1},"constructor":2}');
  });
});

describe("what is refused as bad input, and where", () => {
  test.each([
    ["a lone surrogate", { memo: "\ud800" }, "value.memo is not well-formed Unicode."],
    ["one deep inside", { a: [{ b: "x\udc00" }] }, "value.a.0.b is not well-formed Unicode."],
    ["one in a key", { a: { "\ud800": 1 } }, "value.a has a key that is empty or not well-formed"],
    ["an empty key", { "": 1 }, "value has a key that is empty"],
    ["infinity", [Number.POSITIVE_INFINITY], "value.0 is a number that cannot be kept exactly."],
    ["what is no number", Number.NaN, "value is a number that cannot be kept exactly."],
    ["an integer beyond the safe ones", 2 ** 53, "value is a number that cannot be kept exactly."],
    ["a number too small", 1e-101, "value is a number that cannot be kept exactly."],
  ])("%s", (_, value, message) => {
    expect(() => toStored(value)).toThrow(message);
    expect(() => toStored(value)).toThrow(expect.objectContaining({ kind: "bad-input" }));
  });

  test.each([Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER, 0.1, -1e-100, 123456789.125])(
    "but not %d",
    (value) => {
      expect(toStored(value)).toBe(value);
    },
  );
});

describe("what is a fault", () => {
  test("a personal value in clear, without showing it", () => {
    const name = Personal.clear("Ann");
    expect(() => toStored({ owner: { name } }, "AccountOpened")).toThrow(
      "AccountOpened.owner.name is personal and not sealed",
    );
    expect(() => toStored({ name })).not.toThrow(/Ann/);
    expect(() => toStored({ name })).not.toThrow(expect.objectContaining({ kind: "bad-input" }));
  });

  test.each([
    ["a date", new Date(0)],
    ["a map", new Map()],
    ["a set", new Set([1])],
    ["a function", () => 1],
    ["a big integer", 1n],
    ["a symbol", Symbol("a")],
    ["nothing in a list", [undefined]],
  ])("%s", (_, value) => {
    expect(() => toStored(value)).toThrow("is of a type that cannot be stored");
  });
});
