import { describe, expect, it } from "vitest";
import { dataKeyItem, dataKeyItems, parseDataKey } from "../../../lib/core/personal/data-keys.ts";

describe("a wrapped data key", () => {
  it("is found under its id, among the user's data keys", () => {
    const item = dataKeyItem(Uint8Array.of(0xff, 0xef, 0, 1));
    expect(item).toBe("data#_-8AAQ");
    expect(item.startsWith(dataKeyItems)).toBe(true);
  });

  it("is read as it was stored, and nothing else passes for one", () => {
    const stored = { keyId: "k1", wrapped: Uint8Array.of(1), madeAt: "2030-01-01T00:00:00.000Z" };
    expect(parseDataKey({ user: "ada", item: "data#AQ", ...stored })).toEqual(stored);
    expect(() => parseDataKey({ ...stored, wrapped: "AQ==" })).toThrow();
    expect(() => parseDataKey({ ...stored, keyId: undefined })).toThrow();
  });
});
