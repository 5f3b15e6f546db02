import { applyPatch } from "diff";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  applyDelta,
  deltaBetween,
  editLengthMax,
  unifiedDiff,
} from "../../../lib/domains/document/delta.ts";
import { body } from "./bodies.ts";

const patched = (from: string, to: string) =>
  applyPatch(from, unifiedDiff(from, to), { autoConvertLineEndings: false });

const lines = (count: number, name: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => `${name(index)}\n`).join("");

/** Two texts whose shortest difference has this many lines, half of them removed and half added. */
const differing = (count: number): readonly [string, string] => {
  const common = lines(3 * count, (index) => `common ${index}`);
  const half = count / 2;
  return [
    common + lines(half, (index) => `old ${index}`),
    common + lines(half, (index) => `new ${index}`),
  ];
};

const large = {
  "the same line again and again": lines(25_000, () => "abc"),
  "nothing but line ends": "\n".repeat(100 * 1024),
  "one long line": "x".repeat(100 * 1024),
  "lines of their own": lines(10_000, (index) => `line ${index}`),
  "two lines by turns": "a\nb\n".repeat(25_000),
  nothing: "",
};

describe("a delta", () => {
  test("gives the second body back, whatever both are", () => {
    fc.assert(
      fc.property(body, body, (from, to) => {
        expect(applyDelta(from, deltaBetween(from, to))).toBe(to);
      }),
      { numRuns: 1_000 },
    );
  });

  test("is no longer than the whole body, but for the names of its parts", () => {
    fc.assert(
      fc.property(body, body, (from, to) => {
        const delta = deltaBetween(from, to);
        expect("body" in delta ? delta.body : delta.patch).toSatisfy(
          (text: string) => text.length <= to.length,
        );
      }),
      { numRuns: 300 },
    );
  });

  test("of a small change to a large body is small", () => {
    const before = lines(5_000, (index) => `line ${index}`);
    const after = before.replace("line 2500\n", "line 2500, changed\n");
    const delta = deltaBetween(before, after);
    expect(JSON.stringify(delta).length).toBeLessThan(200);
    expect(applyDelta(before, delta)).toBe(after);
  });

  test("leaves line ends as they are: one LF in a large body of CRLF is a small change", () => {
    const before = lines(1_000, (index) => `line ${index}\r`);
    const after = before.replace("line 500\r\n", "line 500\r\nnew\n");
    const delta = deltaBetween(before, after);
    expect(delta).toHaveProperty("patch");
    expect(applyDelta(before, delta)).toBe(after);
  });

  test.each([
    ["CRLF", "a\r\nb\r\n", "a\r\nB\r\n"],
    ["CRLF that becomes LF", "a\r\nb\r\n", "a\nb\n"],
    ["LF that becomes CRLF", "a\nb\n", "a\r\nb\r\n"],
    ["a lost newline at the end", "a\nb\n", "a\nb"],
    ["a new newline at the end", "a\nb", "a\nb\n"],
    ["no newline on either side", "a\nb", "a\nc"],
    ["from nothing", "", "a"],
    ["to nothing", "a\n", ""],
    ["other alphabets", "日本\n😀\n", "日本語\n😀\n"],
    ["lines that look like a patch", "-- a\n++ b\n@@ -1 +1 @@\n", "++ b\n@@ -1 +1 @@\n-- a\n"],
    ["a line about a missing newline", "a\n\\ No newline at end of file\n", "a\n"],
  ])("keeps %s", (_, from, to) => {
    expect(applyDelta(from, deltaBetween(from, to))).toBe(to);
    expect(patched(from, to)).toBe(to);
  });

  test("that was made for another body is refused", () => {
    const before = lines(50, (index) => `line ${index}`);
    const delta = deltaBetween(before, before.replace("line 25\n", "line 25!\n"));
    expect(delta).toHaveProperty("patch");
    expect(() => applyDelta(before.replace("line 25\n", ""), delta)).toThrow("does not fit");
  });
});

describe("the search for a difference", () => {
  test("ends at a number of lines, the same on every machine, not at a time", () => {
    const [before, after] = differing(editLengthMax);
    expect(deltaBetween(before, after)).toHaveProperty("patch");
    const [longer, changed] = differing(editLengthMax + 2);
    expect(deltaBetween(longer, changed)).toEqual({ body: changed });
  });

  test("that was given up still leads to a diff", () => {
    const [before, after] = differing(editLengthMax + 2);
    expect(patched(before, after)).toBe(after);
  });

  const pairs = Object.entries(large).flatMap(([first, from]) =>
    Object.entries(large).map(([second, to]) => [first, second, from, to] as const),
  );

  test.each(pairs)("gets from %s to %s at 100 KB", (_, __, from, to) => {
    expect(applyDelta(from, deltaBetween(from, to))).toBe(to);
    expect(patched(from, to)).toBe(to);
  });
});

describe("a diff for people", () => {
  test("applied to the first body gives the second, whatever both are", () => {
    fc.assert(
      fc.property(body, body, (from, to) => {
        expect(patched(from, to)).toBe(to);
      }),
      { numRuns: 1_000 },
    );
  });

  test("is a unified diff with three lines around each change", () => {
    const before = lines(20, (index) => `line ${index}`);
    const after = before.replace("line 10\n", "line ten\n");
    expect(unifiedDiff(before, after)).toBe(
      [
        "--- a",
        "+++ b",
        "@@ -8,7 +8,7 @@",
        " line 7",
        " line 8",
        " line 9",
        "-line 10",
        "+line ten",
        " line 11",
        " line 12",
        " line 13",
        "",
      ].join("\n"),
    );
  });

  test("of the same body twice names no change", () => {
    expect(unifiedDiff("a\n", "a\n")).toBe("--- a\n+++ b\n");
  });
});
