/** The clock and the dice of whoever waits. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  sleep(ms: number): Promise<void>;
  /** A number from 0 up to 1. */
  random(): number;
}

/** Delays of repeated attempts: doubled from the first on, with jitter, up to the last. */
export const retryBounds = { delayMinMs: 25, delayMaxMs: 400 } as const;

/** Waits before the attempt that follows `failures` failed ones. */
export const pause = (clock: Clock, failures: number): Promise<void> => {
  const { delayMinMs, delayMaxMs } = retryBounds;
  return clock.sleep((0.5 + clock.random() / 2) * Math.min(delayMaxMs, delayMinMs * 2 ** failures));
};

/**
 * Repeats an action while its failures are worth it and the deadline has not passed; throws the
 * last failure.
 */
export const retry = async <T>(
  clock: Clock,
  deadline: number,
  isWorthIt: (error: unknown) => boolean,
  action: () => Promise<T>,
): Promise<T> => {
  for (let failures = 0; ; failures++) {
    try {
      return await action();
    } catch (error) {
      if (!isWorthIt(error) || clock.now() >= deadline) throw error;
      await pause(clock, failures);
    }
  }
};
