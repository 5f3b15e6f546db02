import type { Loaded } from "./loaded.ts";
import { categoryOf } from "./stream.ts";

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
  /** False once a stream of this category was seen whose last commit carries no snapshot: it takes more to find one. */
  expectsSnapshot(stream: string): boolean;
}

interface Entry {
  readonly loaded: Loaded;
  readonly bytes: number;
}

/** An empty cache within bounds. */
export const createStateCache = (
  bounds: StateCacheBounds = defaultStateCacheBounds,
): StateCache => {
  const entries = new Map<string, Entry>();
  const withoutSnapshot = new Set<string>();
  let bytes = 0;
  const drop = (stream: string): void => {
    bytes -= entries.get(stream)?.bytes ?? 0;
    entries.delete(stream);
  };
  const dropOldest = (): void => {
    const [oldest] = entries.keys();
    if (oldest !== undefined) drop(oldest);
  };
  return {
    get: (stream) => {
      const entry = entries.get(stream);
      if (!entry) return undefined;
      entries.delete(stream);
      entries.set(stream, entry);
      return entry.loaded;
    },
    set: (loaded, size) => {
      if (loaded.eventsSince > 0) withoutSnapshot.add(categoryOf(loaded.stream));
      const known = entries.get(loaded.stream);
      if (size > bounds.bytesMax || (known && known.loaded.version > loaded.version)) return;
      drop(loaded.stream);
      entries.set(loaded.stream, { loaded, bytes: size });
      bytes += size;
      while (entries.size > bounds.entriesMax || bytes > bounds.bytesMax) dropOldest();
    },
    expectsSnapshot: (stream) => !withoutSnapshot.has(categoryOf(stream)),
  };
};
