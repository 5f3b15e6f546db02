import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import {
  createDataKeyCache,
  dataKeyCacheBounds,
} from "../../../lib/core/personal/data-key-cache.ts";

/** A cache on a clock that the test moves; what was asked to be done later is done when its time has come. */
const build = (entriesMax = 3) => {
  let now = 1_000_000;
  const timers: { at: number; action: () => void }[] = [];
  const later = (ms: number, action: () => void): void => {
    timers.push({ at: now + ms, action });
  };
  const cache = createDataKeyCache({ now: () => now, later }, { ageMaxMs: 60_000, entriesMax });
  const advance = (ms: number): void => {
    const until = now + ms;
    for (;;) {
      timers.sort((left, right) => left.at - right.at);
      if (!timers[0] || timers[0].at > until) break;
      const [next] = timers.splice(0, 1);
      now = next?.at ?? now;
      next?.action();
    }
    now = until;
  };
  return { cache, advance, now: () => now, freeze: (ms: number) => (now += ms), timers };
};

const key = (fill: number) => ({ plaintext: Buffer.alloc(32, fill) });
const isZero = ({ plaintext }: { plaintext: Uint8Array }) => plaintext.every((byte) => byte === 0);

describe("data keys in memory", () => {
  it("live for a minute, as the documentation promises", () => {
    expect(dataKeyCacheBounds.ageMaxMs).toBe(60_000);
  });

  it("are overwritten when they are a minute old, even if nobody asks", () => {
    const { cache, advance, now } = build();
    const ada = key(1);
    cache.set("ada", ada, now());
    advance(59_999);
    expect(cache.get("ada")).toBe(ada);
    advance(1);
    expect(isZero(ada)).toBe(true);
    expect(cache.get("ada")).toBeUndefined();
  });

  it("count their age from when they were asked for", () => {
    const { cache, advance, now } = build();
    const [ada, bob] = [key(1), key(2)];
    cache.set("ada", ada, now() - 50_000);
    cache.set("bob", bob, now());
    advance(10_000);
    expect([isZero(ada), isZero(bob)]).toEqual([true, false]);
    advance(50_000);
    expect(isZero(bob)).toBe(true);
  });

  it("are not used after a freeze in which no timer ran", () => {
    const { cache, now, freeze } = build();
    const ada = key(1);
    cache.set("ada", ada, now());
    freeze(3_600_000);
    expect(cache.get("ada")).toBeUndefined();
    expect(isZero(ada)).toBe(true);
  });

  it("are bounded in number: the oldest goes, overwritten", () => {
    const { cache, now } = build(3);
    const keys = [1, 2, 3, 4].map(key);
    for (const [index, each] of keys.entries()) cache.set(String(index), each, now());
    expect(keys.map(isZero)).toEqual([true, false, false, false]);
    expect(cache.get("0")).toBeUndefined();
  });

  it("are overwritten when another takes their place", () => {
    const { cache, now } = build();
    const [first, second] = [key(1), key(2)];
    cache.set("ada", first, now());
    cache.set("ada", second, now());
    expect([isZero(first), isZero(second)]).toEqual([true, false]);
    expect(cache.get("ada")).toBe(second);
  });

  it("keep one timer at a time, and none when there are none", () => {
    const { cache, advance, now, timers } = build();
    for (const name of ["a", "b", "c"]) cache.set(name, key(1), now());
    expect(timers).toHaveLength(1);
    advance(120_000);
    expect(timers).toHaveLength(0);
  });

  it("do not show when the cache is printed", () => {
    const { cache, now } = build();
    cache.set("ada", key(0xab), now());
    expect(inspect(cache, { depth: 9, showHidden: true })).not.toMatch(/ab ?ab|171/);
  });
});
