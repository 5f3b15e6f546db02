import { describe, expect, test } from "vitest";
import { contentionBounds, createContention } from "../../../lib/core/command/contention.ts";

const { contendedMs, writesFirst, easing, delayMaxMs, halfLifeMs, streamsMax } = contentionBounds;

describe("a stream that met no other writer", () => {
  test("is neither read first nor held back from", () => {
    const contention = createContention();
    contention.passed("a-1");
    expect(contention.isContended("a-1", 0)).toBe(false);
    expect(contention.delayMs("a-1", 0)).toBe(0);
  });
});

describe("a stream that met another writer", () => {
  test("counts as contended until its time is over, and no other stream does", () => {
    const contention = createContention();
    contention.met("a-1", 1000, 5);
    expect(contention.isContended("a-1", 1000 + contendedMs - 1)).toBe(true);
    expect(contention.isContended("a-2", 1000)).toBe(false);
    expect(contention.isContended("a-1", 1000 + contendedMs)).toBe(false);
  });

  test("counts from its latest conflict", () => {
    const contention = createContention();
    contention.met("a-1", 0, 5);
    contention.met("a-1", 1000, 5);
    expect(contention.isContended("a-1", contendedMs)).toBe(true);
  });

  test("is held back from for some durations of the write that failed", () => {
    const contention = createContention();
    contention.met("a-1", 0, 5);
    expect(contention.delayMs("a-1", 0)).toBe(5 * writesFirst);
    contention.met("a-2", 0, 0);
    expect(contention.delayMs("a-2", 0)).toBe(writesFirst);
  });

  test("is held back from for twice as long after each further conflict, within bounds", () => {
    const contention = createContention();
    contention.met("a-1", 0, 1);
    contention.met("a-1", 0, 1);
    expect(contention.delayMs("a-1", 0)).toBe(2 * writesFirst);
    for (let count = 0; count < 20; count++) contention.met("a-1", 0, 1);
    expect(contention.delayMs("a-1", 0)).toBe(delayMaxMs);
  });

  test("is held back from for less after each success", () => {
    const contention = createContention();
    contention.met("a-1", 0, 10);
    contention.passed("a-1");
    contention.passed("a-1");
    expect(contention.delayMs("a-1", 0)).toBeCloseTo(10 * writesFirst * easing ** 2);
    expect(contention.isContended("a-1", 0)).toBe(true);
  });

  test("is held back from for less as it stays quiet", () => {
    const contention = createContention();
    contention.met("a-1", 0, 10);
    expect(contention.delayMs("a-1", halfLifeMs)).toBeCloseTo(5 * writesFirst);
    contention.met("a-1", 2 * halfLifeMs, 1);
    expect(contention.delayMs("a-1", 2 * halfLifeMs)).toBeCloseTo(5 * writesFirst);
  });

  test("is forgotten, oldest first, when there are too many", () => {
    const contention = createContention();
    for (let count = 0; count <= streamsMax; count++) {
      contention.met(`a-${count}`, 0, 1);
      contention.met("a-0", 0, 1);
    }
    expect(["a-0", "a-1", "a-2"].map((stream) => contention.isContended(stream, 0))).toEqual([
      true,
      false,
      true,
    ]);
  });
});
