import { setTimeout as sleep } from "node:timers/promises";
import type { Clock } from "../lib/core/retry.ts";

/** The process' own clock and dice. */
export const clock: Clock = { now: Date.now, random: Math.random, sleep: (ms) => sleep(ms) };
