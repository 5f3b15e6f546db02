import { describe, expect, test } from "vitest";
import {
  type IdempotencyRecord,
  identifyRequest,
  replay,
} from "../../../lib/core/command/idempotency.ts";

const parts = ["POST", "/accounts/a/open", "", { name: "Ann Archer" }];
const request = identifyRequest("ann", "key-1", parts);
const record: IdempotencyRecord = { ...request, answer: { streams: [] }, expires: 1 };

describe("a request that may be repeated", () => {
  test("is known by its caller and key", () => {
    expect(identifyRequest("ann", "key-1", ["other"]).key).toBe(request.key);
    expect(identifyRequest("ben", "key-1", parts).key).not.toBe(request.key);
    expect(identifyRequest("ann", "key-2", parts).key).not.toBe(request.key);
  });

  test("does not mix up where the caller ends and the key begins", () => {
    const one = identifyRequest("ann", "b:c", parts);
    const other = identifyRequest("ann:b", "c", parts);
    expect(one.key).not.toBe(other.key);
    const joined = identifyRequest("annk", "ey-1", parts);
    expect(joined.key).not.toBe(request.key);
  });

  test("is the same request whatever the order of its fields", () => {
    const left = identifyRequest("ann", "key-1", [{ a: 1, b: 2 }]);
    const right = identifyRequest("ann", "key-1", [{ b: 2, a: 1 }]);
    expect(left.fingerprint).toBe(right.fingerprint);
  });

  test.each([
    ["another method", ["DELETE", ...parts.slice(1)]],
    ["another path", [parts[0], "/accounts/b/open", ...parts.slice(2)]],
    ["another If-Match", [...parts.slice(0, 2), '"1"', parts[3]]],
    ["another body", [...parts.slice(0, 3), { name: "Ann" }]],
  ])("is another request with %s", (_, other) => {
    expect(identifyRequest("ann", "key-1", other).fingerprint).not.toBe(request.fingerprint);
  });

  test("tells nothing of its key or body to whoever reads the record", () => {
    const stored = JSON.stringify(request);
    expect(stored).not.toMatch(/key-1|Ann|Archer/);
    const guessed = identifyRequest("ann", "a guessed key", parts);
    expect(guessed.fingerprint).not.toBe(request.fingerprint);
  });

  test("gets the first answer again", () => {
    expect(replay(record, request)).toBe(record.answer);
  });

  test("is refused when it is another request under the same key", () => {
    const other = identifyRequest("ann", "key-1", ["other"]);
    expect(() => replay(record, other)).toThrow(
      expect.objectContaining({ kind: "rejected", facts: { code: "idempotency-key-reused" } }),
    );
  });
});
