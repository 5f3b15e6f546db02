/**
 * A data key in clear is never older than this, and there are never more of them, in one process.
 */
export const dataKeyCacheBounds = { ageMaxMs: 60_000, entriesMax: 1_000 } as const;

/** What is remembered of a data key: its bytes in clear, and what its user needs besides. */
export interface RememberedKey {
  readonly plaintext: Uint8Array;
}

/**
 * Data keys in clear, for a minute. A key's bytes are overwritten when it is dropped, so that what
 * `get` answers must be used at once, before anything else is awaited.
 */
export interface DataKeyCache<K extends RememberedKey = RememberedKey> {
  get(name: string): K | undefined;
  /** Keeps a key that was asked for at `since`. */
  set(name: string, key: K, since: number): void;
}

/** What the cache needs of the world. */
export interface DataKeyCachePorts {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Runs an action later, without keeping the process alive for it. */
  later(ms: number, action: () => void): void;
}

interface Entry<K> {
  readonly key: K;
  readonly until: number;
}

/** An empty cache; one for sealing and one for opening live as long as the process. */
export const createDataKeyCache = <K extends RememberedKey>(
  ports: DataKeyCachePorts,
  bounds: { readonly ageMaxMs: number; readonly entriesMax: number } = dataKeyCacheBounds,
): DataKeyCache<K> => {
  const entries = new Map<string, Entry<K>>();
  let isWaiting = false;
  const drop = (name: string): void => {
    entries.get(name)?.key.plaintext.fill(0);
    entries.delete(name);
  };
  const wait = (): void => {
    if (isWaiting || entries.size === 0) return;
    isWaiting = true;
    const first = Math.min(...[...entries.values()].map(({ until }) => until));
    ports.later(Math.max(1, first - ports.now()), () => {
      isWaiting = false;
      dropExpired();
      wait();
    });
  };
  const dropExpired = (): void => {
    const now = ports.now();
    for (const [name, { until }] of entries) if (until <= now) drop(name);
  };
  return {
    get: (name) => {
      // A frozen process runs no timers: what has expired meanwhile goes with the first use.
      dropExpired();
      return entries.get(name)?.key;
    },
    set: (name, key, since) => {
      drop(name);
      entries.set(name, { key, until: since + bounds.ageMaxMs });
      for (const oldest of entries.keys()) {
        if (entries.size <= bounds.entriesMax) break;
        drop(oldest);
      }
      wait();
    },
  };
};
