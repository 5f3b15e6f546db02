import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createBell } from "../../local/bell.ts";

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

const isOver = async (wait: Promise<void>): Promise<boolean> => {
  await vi.advanceTimersByTimeAsync(0);
  return Promise.race([wait.then(() => true), Promise.resolve().then(() => false)]);
};

test("a wait lasts its time when nobody rings", async () => {
  const wait = createBell().wait(50);
  await vi.advanceTimersByTimeAsync(49);
  expect(await isOver(wait)).toBe(false);
  await vi.advanceTimersByTimeAsync(1);
  expect(await isOver(wait)).toBe(true);
});

test("a ring ends the wait", async () => {
  const bell = createBell();
  const wait = bell.wait(50);
  bell.ring();
  expect(await isOver(wait)).toBe(true);
});

test("a ring before the wait ends it at once, and only that one", async () => {
  const bell = createBell();
  bell.ring();
  expect(await isOver(bell.wait(50))).toBe(true);
  expect(await isOver(bell.wait(50))).toBe(false);
});
