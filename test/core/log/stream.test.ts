import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  categoryOf,
  compositeId,
  idOf,
  parseId,
  streamName,
} from "../../../lib/core/log/stream.ts";

describe("an id that a client chooses", () => {
  test.each(["a", "7f3a", "A_b-9", "-", "x".repeat(64)])("may be %s", (id) => {
    expect(parseId("id", id)).toBe(id);
  });

  test.each(["", "x".repeat(65), "a b", "a.b", "a/b", "é", "a\n", "a~b", undefined])(
    "may not be %j",
    (id) => {
      expect(() => parseId("to", id)).toThrow(
        expect.objectContaining({
          kind: "bad-input",
          facts: { errors: [expect.objectContaining({ field: "to" })] },
        }),
      );
    },
  );
});

describe("the name of a stream", () => {
  test("is its category and its id, and gives both back", () => {
    const stream = streamName("account", "a-b-c");
    expect(stream).toBe("account-a-b-c");
    expect([categoryOf(stream), idOf(stream)]).toEqual(["account", "a-b-c"]);
  });
});

describe("an id of several parts", () => {
  test("joins plain parts with dots", () => {
    expect(compositeId("post_1", "ann")).toBe("post_1.ann");
  });

  test("encodes what is outside the alphabet, and marks it", () => {
    expect(compositeId("p", "auth0|ann")).toBe("p.~YXV0aDB8YW5u");
    expect(compositeId("p", "")).toBe("p.~");
  });

  test("is never the same for two lists of parts", () => {
    const part = fc.oneof(
      fc.string({ unit: fc.constantFrom("a", ".", "~", "-", "Y"), maxLength: 4 }),
      fc.string({ unit: "binary", maxLength: 4 }),
    );
    const parts = fc.array(part, { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(parts, parts, (left, right) => {
        const isSame = JSON.stringify(left) === JSON.stringify(right);
        expect(compositeId(...left) === compositeId(...right)).toBe(isSame);
      }),
    );
  });
});
