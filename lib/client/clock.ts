import type { Clock } from "../core/retry.ts";

/** The clock and the dice of the machine that the client runs on. */
export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  random: () => Math.random(),
};
