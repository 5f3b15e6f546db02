import { setTimeout as sleep } from "node:timers/promises";
import type { Clock } from "../../core/retry.ts";

/** The machine's clock and dice, for attempts that are repeated. */
export const clock: Clock = {
  now: () => Date.now(),
  random: Math.random,
  sleep: (ms) => sleep(ms),
};
