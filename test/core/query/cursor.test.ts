import fc from "fast-check";
import { describe, expect, test } from "vitest";
import * as z from "zod/mini";
import { decodeCursor, encodeCursor } from "../../../lib/core/query/cursor.ts";

const scope = ["accounts", "owner", "ann"];
const Position = z.strictObject({ sort: z.string(), stream: z.string() });
const position = { sort: "a", stream: "account-1" };
const refused = expect.objectContaining({
  kind: "bad-input",
  facts: { errors: [{ field: "cursor", reason: "does not belong to this query" }] },
});

describe("a cursor", () => {
  test("goes on where its page ended", () => {
    expect(decodeCursor(scope, encodeCursor(scope, position), Position)).toEqual(position);
  });

  test("is safe in a URL", () => {
    fc.assert(
      fc.property(fc.json(), fc.array(fc.string()), (json, anyScope) => {
        expect(encodeCursor(anyScope, JSON.parse(json))).toMatch(/^[A-Za-z0-9_-]+$/);
      }),
    );
  });

  test("does not tell what was asked for", () => {
    const text = Buffer.from(encodeCursor(scope, position), "base64url").toString();
    expect(text).not.toMatch(/accounts|owner|ann/);
  });

  test.each([
    ["another user", ["accounts", "owner", "ben"]],
    ["another index", ["accounts", "vips", "ann"]],
    ["a scope that reads the same when joined", ["accounts", "ownerann"]],
    ["no scope", []],
  ])("of %s is refused", (_, foreign) => {
    const cursor = encodeCursor(foreign, position);
    expect(() => decodeCursor(scope, cursor, Position)).toThrow(refused);
  });

  test("with a position of another kind is refused", () => {
    const cursor = encodeCursor(scope, { ...position, sort: 1 });
    expect(() => decodeCursor(scope, cursor, Position)).toThrow(refused);
  });

  test("that is nothing of ours is refused, whatever it is", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.base64String(), fc.json()), (text) => {
        expect(() => decodeCursor(scope, text, Position)).toThrow(refused);
      }),
    );
  });

  test("that was changed in any place is refused or means the same", () => {
    const cursor = encodeCursor(scope, position);
    for (let at = 0; at < 18; at++) {
      const changed = `${cursor.slice(0, at)}${cursor[at] === "A" ? "B" : "A"}${cursor.slice(at + 1)}`;
      expect(() => decodeCursor(scope, changed, Position)).toThrow(refused);
    }
  });
});
