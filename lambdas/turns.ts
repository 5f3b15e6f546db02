import { setTimeout as sleep } from "node:timers/promises";

/** For how long a command waits for its turn; then it goes ahead, and the store decides who was first. */
const waitMs = 1_000;

/** Who works on which stream in this process. */
export interface Turns {
  /** Does work on these streams once the work that came before has ended, or has taken too long. */
  take<T>(streams: readonly string[], work: () => Promise<T>): Promise<T>;
}

const waitFor = async (before: readonly Promise<void>[], boundMs: number): Promise<void> => {
  const bound = new AbortController();
  const late = sleep(boundMs, undefined, { signal: bound.signal, ref: false });
  await Promise.race([Promise.all(before), late]);
  late.catch(() => undefined);
  bound.abort();
};

/**
 * Lets the commands of one process go one after the other where they change the same stream: at once they would only
 * refuse each other's writes, which costs. A process that has one request at a time never waits.
 */
export const createTurns = (boundMs = waitMs): Turns => {
  const last = new Map<string, Promise<void>>();
  return {
    take: (streams, work) => {
      // Waited for all at once, so that nobody holds one stream while waiting for another.
      const before = streams.flatMap((stream) => last.get(stream) ?? []);
      const result = before.length > 0 ? waitFor(before, boundMs).then(work) : work();
      const end = (): void => {
        for (const stream of streams) if (last.get(stream) === ended) last.delete(stream);
      };
      const ended: Promise<void> = result.then(end, end);
      for (const stream of streams) last.set(stream, ended);
      return result;
    },
  };
};
