import { expect, test } from "vitest";
import { figure, median, share } from "../../bench/figures.ts";

test.each([
  [[3, 1, 2], 2],
  [[4, 1, 3, 2], 2.5],
  [[7], 7],
  [[], Number.NaN],
])("the median of %j is %d", (numbers, expected) => {
  expect(median(numbers)).toBe(expected);
});

test.each([
  [1, "1"],
  [0.5, "0.5"],
  [1.006, "1.01"],
  [0.004, "0"],
  [1_000_000, "1,000,000"],
  [Number.NaN, "-"],
  [Number.POSITIVE_INFINITY, "-"],
])("%d is printed as %s", (number, expected) => {
  expect(figure(number)).toBe(expected);
});

test("a part of nothing is no share", () => {
  expect([share(1, 3), share(0, 0)]).toEqual(["33 %", "-"]);
});
