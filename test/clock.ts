/** A clock that stands still until it is moved; whoever sleeps moves it. */
export interface FakeClock {
  now(): number;
  sleep(ms: number): Promise<void>;
  advance(ms: number): void;
  /** How long each sleep was. */
  readonly slept: number[];
}

/** A clock that stands at a point in time (ISO 8601). */
export const createClock = (start = "2026-11-01T12:00:00.000Z"): FakeClock => {
  let now = Date.parse(start);
  const slept: number[] = [];
  const advance = (ms: number): void => {
    now += ms;
  };
  return {
    now: () => now,
    advance,
    sleep: async (ms) => {
      slept.push(ms);
      advance(ms);
    },
    slept,
  };
};

/** Numbers from 0 up to 1 that look random and are the same for the same seed (mulberry32). */
export const createDice = (seed = 1): (() => number) => {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};
