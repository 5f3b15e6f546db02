import { describe, expect, test } from "vitest";
import { fitPage } from "../../../lambdas/queries/page.ts";

/** What a function would answer, as Lambda counts it. */
const answerBytes = (items: readonly unknown[]): number =>
  Buffer.byteLength(JSON.stringify({ statusCode: 200, body: JSON.stringify({ items }) }));
const answerBytesMax = 6 * 1024 * 1024;

describe("a page of items", () => {
  test("is whole when it is small", () => {
    const items = Array.from({ length: 100 }, (_, index) => ({ index }));
    expect(fitPage(items)).toEqual(items);
    expect(fitPage([])).toEqual([]);
  });

  test.each([
    ["plain text", "x".repeat(100_000)],
    ["lines", "x\n".repeat(50_000)],
    ["quotes", '"'.repeat(100_000)],
    ["control characters", "\u0001".repeat(40_000)],
    ["other alphabets", "日".repeat(34_000)],
  ])("of large %s ends before an answer would be too large, and not much earlier", (_, text) => {
    const items = Array.from({ length: 100 }, () => ({ text }));
    const page = fitPage(items);
    expect(page.length).toBeGreaterThan(0);
    expect(answerBytes(page)).toBeLessThan(answerBytesMax);
    expect(answerBytes(items.slice(0, page.length + 1))).toBeGreaterThan(0.8 * answerBytesMax);
  });

  test("holds one item at least, so that the next page exists", () => {
    const huge = { text: "x".repeat(6_000_000) };
    expect(fitPage([huge, huge])).toHaveLength(1);
  });
});
