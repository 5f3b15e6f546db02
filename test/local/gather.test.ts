import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { gather } from "../../local/gather.ts";

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

const told: number[] = [];
const start = () => {
  told.length = 0;
  return gather(5, (calls) => told.push(calls));
};

test("the first call is told of at once", () => {
  start()();
  expect(told).toEqual([1]);
});

test("those that follow it are told of together, each once, as long as there are any", () => {
  const call = start();
  for (let n = 0; n < 4; n++) call();
  expect(told).toEqual([1]);
  vi.advanceTimersByTime(5);
  expect(told).toEqual([1, 3]);
  call();
  expect(told).toEqual([1, 3]);
  vi.advanceTimersByTime(5);
  expect(told).toEqual([1, 3, 1]);
  vi.advanceTimersByTime(100);
  expect(told).toEqual([1, 3, 1]);
});

test("a call after a while is a first one again", () => {
  const call = start();
  call();
  vi.advanceTimersByTime(5);
  call();
  expect(told).toEqual([1, 1]);
});

test("no process stays for it", () => {
  const made = vi.spyOn(globalThis, "setTimeout");
  start()();
  expect(made.mock.results.map(({ value }) => value.hasRef())).toEqual([false]);
});

test("what fails in telling loses nothing that comes after it", () => {
  let isBroken = true;
  const call = gather(5, (calls) => {
    if (isBroken) throw new Error("Nobody listens.");
    told.push(calls);
  });
  told.length = 0;
  expect(call).toThrow("Nobody listens.");
  isBroken = false;
  call();
  vi.advanceTimersByTime(5);
  expect(told).toEqual([1]);
});
