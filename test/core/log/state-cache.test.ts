import { describe, expect, test } from "vitest";
import { emptyStream, type Loaded } from "../../../lib/core/log/loaded.ts";
import { createStateCache } from "../../../lib/core/log/state-cache.ts";
import { jar } from "../../jar.ts";

const at = (stream: string, version = 1): Loaded => ({ ...emptyStream(jar, stream), version });
const cacheOf = (entriesMax: number, bytesMax = 1000) => createStateCache({ entriesMax, bytesMax });

describe("what a warm function remembers", () => {
  test("is the last state of a stream that it was told", () => {
    const cache = cacheOf(10);
    cache.set(at("a-1", 1), 10);
    cache.set(at("a-1", 2), 10);
    expect(cache.get("a-1")?.version).toBe(2);
    expect(cache.get("a-2")).toBeUndefined();
  });

  test("never goes back to an earlier version", () => {
    const cache = cacheOf(10);
    cache.set(at("a-1", 5), 10);
    cache.set(at("a-1", 4), 10);
    expect(cache.get("a-1")?.version).toBe(5);
  });

  test("forgets the least recently used stream when there are too many", () => {
    const cache = cacheOf(2);
    cache.set(at("a-1"), 10);
    cache.set(at("a-2"), 10);
    cache.get("a-1");
    cache.set(at("a-3"), 10);
    expect(cache.get("a-2")).toBeUndefined();
    expect([cache.get("a-1"), cache.get("a-3")].every(Boolean)).toBe(true);
  });

  test("forgets as many as it takes when there are too many bytes", () => {
    const cache = cacheOf(10, 100);
    for (const stream of ["a-1", "a-2", "a-3"]) cache.set(at(stream), 33);
    cache.set(at("a-4"), 60);
    expect(["a-1", "a-2", "a-3", "a-4"].map((stream) => cache.get(stream) !== undefined)).toEqual([
      false,
      false,
      true,
      true,
    ]);
  });

  test("counts a stream's bytes once, however often it changes", () => {
    const cache = cacheOf(10, 100);
    cache.set(at("a-1"), 40);
    for (let version = 1; version <= 50; version++) cache.set(at("a-2", version), 60);
    expect(cache.get("a-1")).toBeDefined();
    cache.set(at("a-2", 51), 10);
    cache.set(at("a-3"), 50);
    expect(["a-1", "a-2", "a-3"].every((stream) => cache.get(stream))).toBe(true);
  });

  test("does not include a state that is larger than everything it may hold", () => {
    const cache = cacheOf(10, 100);
    cache.set(at("a-1"), 50);
    cache.set(at("a-2"), 101);
    expect(cache.get("a-2")).toBeUndefined();
    expect(cache.get("a-1")).toBeDefined();
  });

  test("includes which categories have commits without a snapshot, whatever else is forgotten", () => {
    const cache = cacheOf(1, 100);
    expect(cache.expectsSnapshot("a-1")).toBe(true);
    cache.set(at("a-1"), 10);
    expect(cache.expectsSnapshot("a-2")).toBe(true);
    cache.set({ ...at("a-2"), eventsSince: 1 }, 101);
    cache.set(at("a-3"), 10);
    expect(cache.expectsSnapshot("a-1")).toBe(false);
    expect(cache.expectsSnapshot("b-1")).toBe(true);
  });
});
