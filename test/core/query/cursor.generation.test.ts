import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { encodeCursor, inGeneration, splitGeneration } from "../../../lib/core/query/cursor.ts";

const expired = expect.objectContaining({
  kind: "bad-input",
  facts: {
    errors: [{ field: "cursor", reason: "has expired, or does not belong to this query" }],
  },
});

describe("a cursor of a view", () => {
  test("goes on in the build in which it began, whichever serves by now", () => {
    const inner = encodeCursor(["diary"], "position");
    const cursor = inGeneration(2, inner);
    expect(splitGeneration(cursor, [3, 2])).toEqual({ generation: 2, cursor: inner });
  });

  test("has expired once its build is gone", () => {
    const cursor = inGeneration(2, encodeCursor(["diary"], "position"));
    expect(() => splitGeneration(cursor, [3])).toThrow(expired);
    expect(() => splitGeneration(cursor, [])).toThrow(expired);
  });

  test("is safe in a URL", () => {
    expect(inGeneration(12, encodeCursor(["a"], "\u0000/+?"))).toMatch(/^[A-Za-z0-9_.-]+$/);
  });

  test.each(["", ".", "2", "2.", ".a", "x.a", "-2.a", "2,a", " 2.a", "9999999999.a", "2.0.a"])(
    "is refused when it names no build, or another one: %j",
    (cursor) => {
      const split = () => splitGeneration(cursor, [1, 3]);
      expect(split).toThrow(expired);
    },
  );

  test("is refused or split, whatever it is, and nothing else happens", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^\d+\..*$/)), (text) => {
        try {
          const { generation, cursor } = splitGeneration(text, [1, 22]);
          expect([1, 22]).toContain(generation);
          expect(text.endsWith(`.${cursor}`)).toBe(true);
        } catch (error) {
          expect(error).toEqual(expired);
        }
      }),
    );
  });
});
