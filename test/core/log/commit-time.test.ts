import { describe, expect, test } from "vitest";
import { nextCommitTime } from "../../../lib/core/log/commit-time.ts";

const now = "2026-11-01T12:00:00.000Z";
const at = (offsetMs: number): string => new Date(Date.parse(now) + offsetMs).toISOString();
const next = (previous: string) => nextCommitTime("account-1", previous, Date.parse(now));

describe("the time of a commit", () => {
  test("is the clock's when the stream is new", () => {
    expect(next("")).toBe(now);
  });

  test("is the clock's when the previous commit is older", () => {
    expect(next(at(-1))).toBe(now);
  });

  test("never goes back: a previous time ahead of the clock is taken over, up to a second", () => {
    expect(next(at(1))).toBe(at(1));
    expect(next(at(1000))).toBe(at(1000));
  });

  test.each([
    [1001, 1],
    [2500, 2],
    [300_000, 299],
  ])("%i ms ahead is to be tried again in %i s", (ahead, retryAfter) => {
    expect(() => next(at(ahead))).toThrow(
      expect.objectContaining({ kind: "unavailable", facts: { retryAfter } }),
    );
  });

  test("more than five minutes ahead is a fault: a clock is broken", () => {
    expect(() => next(at(300_001))).toThrow(/Clock skew: account-1 .* 300001 ms ahead/);
    expect(() => next(at(300_001))).not.toThrow(expect.objectContaining({ kind: "unavailable" }));
  });

  test("cannot follow a time that is none", () => {
    expect(() => next("yesterday")).toThrow(RangeError);
  });
});
