import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { itemBytes, valueBytes, writeUnits } from "../../../lib/core/log/item-size.ts";

// Expected values are counted by hand from the developer guide, "DynamoDB item sizes and formats".

describe("the size of a value", () => {
  test.each([
    ["a text, in bytes of UTF-8", "abc", 3],
    ["a text beyond ASCII", "Zoë", 4],
    ["a text beyond the basic plane", "\u{1F600}", 4],
    ["an empty text", "", 0],
    ["binary, as it is", new Uint8Array(16), 16],
    ["null", null, 1],
    ["a boolean", true, 1],
    ["an empty list: three bytes", [], 3],
    ["an empty map: three bytes", {}, 3],
    ["a list: one byte more for each element", ["ab", "c"], 3 + 3 + 2],
    ["a map: names, values, one byte more for each", { a: "bc", de: null }, 3 + 4 + 4],
    ["a map in a list in a map", { a: [{ b: "c" }] }, 3 + (1 + 1 + (3 + 1 + (3 + 1 + 1 + 1)))],
    ["a map with a field that is absent", { a: undefined }, 3],
  ])("%s", (_, value, bytes) => {
    expect(valueBytes(value)).toBe(bytes);
  });

  /** One byte for each two significant digits, one more, and one for the sign. */
  const guideBytes = (value: number): number => {
    const digits = value.toString().replace(/e.*$/, "").replace(/\D/g, "");
    const significant = Math.max(1, digits.replace(/^0+/, "").replace(/0+$/, "").length);
    return Math.ceil(significant / 2) + 1 + (value < 0 ? 1 : 0);
  };

  test.each([
    [0, 3],
    [7, 3],
    [27, 3],
    [123, 4],
    [-1000, 3],
    [1e12, 3],
    [0.5, 3],
    [Number.MAX_SAFE_INTEGER, 10],
  ])("of the number %d is %i bytes", (value, bytes) => {
    expect(valueBytes(value)).toBe(bytes);
  });

  test("is never below what is charged for a number, and at most one byte above", () => {
    fc.assert(
      fc.property(fc.oneof(fc.maxSafeInteger(), fc.double({ noNaN: true })), (value) => {
        fc.pre(Number.isFinite(value));
        const over = valueBytes(value) - guideBytes(value);
        expect(over === 0 || over === 1).toBe(true);
      }),
    );
  });
});

describe("the size of an item", () => {
  test("is that of its names and values", () => {
    const item = { stream: "account-1", id: new Uint8Array(16), events: [{ type: "Made" }] };
    expect(itemBytes(item)).toBe(6 + 9 + (2 + 16) + (6 + 3 + 1 + (3 + 4 + 4 + 1)));
  });

  test("leaves out absent attributes", () => {
    expect(itemBytes({ a: "b", c: undefined })).toBe(2);
  });
});

test.each([
  [0, 1],
  [1, 1],
  [1024, 1],
  [1025, 2],
  [409_600, 400],
])("%i bytes cost %i write units", (bytes, units) => {
  expect(writeUnits(bytes)).toBe(units);
});
