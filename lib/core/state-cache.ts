import type { Loaded } from "./loaded.ts";

/** Bounds of the states that a warm function remembers. */
export interface StateCacheBounds {
  readonly entriesMax: number;
  readonly bytesMax: number;
}

export const defaultStateCacheBounds: StateCacheBounds = {
  entriesMax: 10_000,
  bytesMax: 32 * 1024 * 1024,
};

/**
 * The last states a warm function has seen, least recently used first out. What it holds may be stale: an accepted
 * command is checked by the conditional write, everything else must be confirmed by a strong read.
 */
export interface StateCache {
  get(stream: string): Loaded | undefined;
  /** Remembers a state unless a later version of it is remembered already. */
  set(loaded: Loaded, bytes: number): void;
  /** Notes that a write to the stream met another one. */
  markContended(stream: string, until: number): void;
  /** True while a stream that has met a conflict is better read before it is written. */
  isContended(stream: string, now: number): boolean;
  /**
   * Works on streams in turn: requests of one process to one stream would only meet each other's conditional writes, and
   * pay for it. Says nothing of other processes.
   */
  inTurn<T>(streams: readonly string[], work: () => Promise<T>): Promise<T>;
}

interface Entry {
  readonly loaded: Loaded;
  readonly bytes: number;
}

/** Lets work on a stream begin when the work that came before it has ended, however it ended. */
const createTurns = () => {
  const last = new Map<string, Promise<void>>();
  const take = async <T>(streams: readonly string[], work: () => Promise<T>): Promise<T> => {
    const [stream, ...others] = streams;
    if (stream === undefined) return work();
    const before = last.get(stream);
    const own = (before ?? Promise.resolve()).then(() => take(others, work));
    const ended = own.then(
      () => undefined,
      () => undefined,
    );
    last.set(stream, ended);
    try {
      return await own;
    } finally {
      if (last.get(stream) === ended) last.delete(stream);
    }
  };
  // Everybody takes several streams in the same order, so that no two wait for each other.
  return <T>(streams: readonly string[], work: () => Promise<T>): Promise<T> =>
    take([...new Set(streams)].sort(), work);
};

/** An empty cache within bounds. */
export const createStateCache = (
  bounds: StateCacheBounds = defaultStateCacheBounds,
): StateCache => {
  const entries = new Map<string, Entry>();
  const contended = new Map<string, number>();
  let bytes = 0;
  const drop = (stream: string): void => {
    bytes -= entries.get(stream)?.bytes ?? 0;
    entries.delete(stream);
  };
  const dropOldest = <K>(map: Map<K, unknown>, remove: (key: K) => void): void => {
    for (const key of map.keys()) {
      remove(key);
      return;
    }
  };
  return {
    inTurn: createTurns(),
    get: (stream) => {
      const entry = entries.get(stream);
      if (!entry) return undefined;
      entries.delete(stream);
      entries.set(stream, entry);
      return entry.loaded;
    },
    set: (loaded, size) => {
      const known = entries.get(loaded.stream);
      if (size > bounds.bytesMax || (known && known.loaded.version > loaded.version)) return;
      drop(loaded.stream);
      entries.set(loaded.stream, { loaded, bytes: size });
      bytes += size;
      while (entries.size > bounds.entriesMax || bytes > bounds.bytesMax) dropOldest(entries, drop);
    },
    markContended: (stream, until) => {
      contended.delete(stream);
      contended.set(stream, until);
      if (contended.size > bounds.entriesMax) dropOldest(contended, (key) => contended.delete(key));
    },
    isContended: (stream, now) => {
      const until = contended.get(stream);
      if (until === undefined) return false;
      if (until > now) return true;
      contended.delete(stream);
      return false;
    },
  };
};
