import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Handler } from "../../local/function.ts";
import { type Schedule, startSchedule } from "../../local/schedule.ts";

let schedule: Schedule;
let lines: string[] = [];

beforeEach(() => {
  vi.useFakeTimers();
  lines = [];
});

afterEach(async () => {
  await schedule.stop();
  vi.useRealTimers();
});

const start = (handler: Handler): void => {
  schedule = startSchedule({
    function: { name: "caretaker", handler, timeoutMs: 60_000 },
    everyMs: 1_000,
    firstMs: 10,
    log: (line) => lines.push(line),
  });
};

test("runs soon, then at its rate, until it is stopped", async () => {
  const runs = vi.fn(async () => undefined);
  start(runs);
  await vi.advanceTimersByTimeAsync(9);
  expect(runs).toHaveBeenCalledTimes(0);
  await vi.advanceTimersByTimeAsync(1);
  expect(runs).toHaveBeenCalledTimes(1);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(runs).toHaveBeenCalledTimes(3);
  await schedule.stop();
  await vi.advanceTimersByTimeAsync(5_000);
  expect(runs).toHaveBeenCalledTimes(3);
});

test("a run that fails is told, and the next one comes", async () => {
  const runs = vi.fn(async () => Promise.reject(new Error("no table")));
  start(runs);
  await vi.advanceTimersByTimeAsync(1_010);
  expect(runs).toHaveBeenCalledTimes(2);
  expect(lines[0]).toBe("The scheduled function caretaker failed: no table");
});

test("never runs twice at the same time, and stopping waits for the run at hand", async () => {
  let finish: (() => void) | undefined;
  const runs = vi.fn(() => new Promise<void>((resolve) => (finish = resolve)));
  start(runs);
  await vi.advanceTimersByTimeAsync(5_000);
  expect(runs).toHaveBeenCalledTimes(1);
  let isStopped = false;
  const stopped = schedule.stop().then(() => {
    isStopped = true;
  });
  await vi.advanceTimersByTimeAsync(0);
  expect(isStopped).toBe(false);
  finish?.();
  await stopped;
});
