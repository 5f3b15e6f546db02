import { describe, expect, test } from "vitest";
import { addSums, compareSums, nearestNumbers, shownSums } from "../../../lib/core/view/sum.ts";

const largest = Number.MAX_SAFE_INTEGER;

describe("sums", () => {
  test("are added name by name", () => {
    expect(addSums({ coins: 5, count: 1 }, { coins: -7 })).toEqual({ coins: -2, count: 1 });
    expect(addSums({}, { coins: 3 })).toEqual({ coins: 3 });
  });

  test("are exact beyond the range of numbers, and numbers again when they are back in it", () => {
    const beyond = addSums({ coins: largest }, { coins: 2 });
    expect(beyond).toEqual({ coins: 9_007_199_254_740_993n });
    expect(addSums(beyond, { coins: -2 })).toEqual({ coins: largest });
    expect(addSums({ coins: -largest }, { coins: -2 })).toEqual({ coins: -9_007_199_254_740_993n });
  });

  test("that are no integers are refused", () => {
    expect(() => addSums({ coins: 0.5 }, { coins: 1 })).toThrow(RangeError);
  });

  test("stand in their order, whether they are large or not", () => {
    const sums = [2n ** 53n + 1n, -5, 2n ** 53n, 7, -(2n ** 60n), 0];
    const sorted = [-(2n ** 60n), -5, 0, 7, 2n ** 53n, 2n ** 53n + 1n];
    expect(sums.toSorted(compareSums)).toEqual(sorted);
    expect(compareSums(7, 7)).toBe(0);
    expect(compareSums(2n ** 53n, 2n ** 53n)).toBe(0);
  });

  test("are numbers where numbers are asked for", () => {
    expect(nearestNumbers({ a: 2n ** 53n + 1n, b: 3 })).toEqual({ a: 2 ** 53, b: 3 });
  });

  test("are shown as they are, and the largest as what they nearly are", () => {
    expect(shownSums({ coins: largest, count: -1 })).toEqual({ coins: largest, count: -1 });
    const shown = shownSums({ coins: 2n ** 53n + 1n, count: 2, debt: -(2n ** 70n) });
    const rounded = ["coins", "debt"];
    expect(shown).toEqual({ coins: 2 ** 53, count: 2, debt: -(2 ** 70), rounded });
    expect(JSON.parse(JSON.stringify(shown))).toEqual(shown);
  });
});
