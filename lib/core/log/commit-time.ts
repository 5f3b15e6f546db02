import { Refusal } from "../errors.ts";

/** A commit's time is never further ahead of the clock than this. */
export const aheadMaxMs = 1_000;

/** A previous commit further ahead than this means that a clock is broken. */
export const skewFaultMs = 5 * 60_000;

/**
 * Time of the next commit: the later of the clock and the previous commit's time, so that times never go backwards.
 * Refuses (to be repeated later) when that would be more than a second ahead of the clock; a previous time more than
 * five minutes ahead is a fault.
 */
export const nextCommitTime = (stream: string, previous: string, now: number): string => {
  const last = previous === "" ? 0 : Date.parse(previous);
  const ahead = last - now;
  if (ahead > skewFaultMs)
    throw new Error(
      `Clock skew: ${stream} was last written at ${previous}, ${ahead} ms ahead of this clock.`,
    );
  if (ahead > aheadMaxMs)
    throw new Refusal(
      "unavailable",
      `${stream} was last written ${ahead} ms ahead of this clock.`,
      {
        retryAfter: Math.ceil((ahead - aheadMaxMs) / 1000),
      },
    );
  return new Date(Math.max(now, last)).toISOString();
};
