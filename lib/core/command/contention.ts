/**
 * How writers of one stream keep out of each other's way. Delays are counted in durations of the failed write, so that
 * they fit a store near by and one far away; chosen by simulation, confirmed by `npm run bench -- --only contention`.
 */
export const contentionBounds = {
  /** For how long a stream that met a conflict is read before it is written. */
  contendedMs: 60_000,
  /** The first delay, in durations of the write that failed. */
  writesFirst: 8,
  /** Each further conflict doubles the delay; each success takes it to so much of itself. */
  easing: 0.7,
  /** Longer ones were measured to starve writers. */
  delayMaxMs: 500,
  /** A quiet stream's delay halves in so much time. */
  halfLifeMs: 2_000,
  streamsMax: 10_000,
} as const;

/**
 * What this process has seen of other writers. It outlives a command: on a stream that many write to, the next command
 * begins where the last one ended, instead of finding out anew at the price of a failed write each time.
 */
export interface Contention {
  /** True while a stream that has met a conflict is better read before it is written. */
  isContended(stream: string, now: number): boolean;
  /** The longest time, in milliseconds, to hold back before the stream is read and written. */
  delayMs(stream: string, now: number): number;
  /** Notes that a write of such a duration met another writer. */
  met(stream: string, now: number, writeMs: number): void;
  /** Notes that a write met nobody. */
  passed(stream: string): void;
}

interface Meeting {
  readonly at: number;
  readonly delayMs: number;
}

/** Nothing seen yet. */
export const createContention = (): Contention => {
  const { contendedMs, writesFirst, easing, delayMaxMs, halfLifeMs, streamsMax } = contentionBounds;
  const meetings = new Map<string, Meeting>();
  const lastOn = (stream: string, now: number): Meeting | undefined => {
    const meeting = meetings.get(stream);
    if (!meeting || now - meeting.at < contendedMs) return meeting;
    meetings.delete(stream);
    return undefined;
  };
  const delayMs = (stream: string, now: number): number => {
    const meeting = lastOn(stream, now);
    return meeting ? meeting.delayMs / 2 ** ((now - meeting.at) / halfLifeMs) : 0;
  };
  return {
    isContended: (stream, now) => lastOn(stream, now) !== undefined,
    delayMs,
    met: (stream, now, writeMs) => {
      const longer = Math.max(writesFirst * Math.max(1, writeMs), 2 * delayMs(stream, now));
      meetings.delete(stream);
      meetings.set(stream, { at: now, delayMs: Math.min(delayMaxMs, longer) });
      const [oldest] = meetings.keys();
      if (meetings.size > streamsMax && oldest !== undefined) meetings.delete(oldest);
    },
    passed: (stream) => {
      const meeting = meetings.get(stream);
      if (meeting) meetings.set(stream, { ...meeting, delayMs: meeting.delayMs * easing });
    },
  };
};
