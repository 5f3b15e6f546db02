import { setTimeout as sleep } from "node:timers/promises";
import { createDataKeyCache } from "../lib/core/personal/data-key-cache.ts";
import { type Erasure, eraseSubject } from "../lib/core/personal/erase.ts";
import { createOpener } from "../lib/core/personal/opener.ts";
import { createSealer } from "../lib/core/personal/sealer.ts";
import type { Opener, Sealer } from "../lib/core/personal/sealing.ts";
import { type SweepReport, sweep } from "../lib/core/personal/sweep.ts";
import type { Clock } from "../lib/core/retry.ts";
import type { AllKeys, AllRows } from "./memory-keys.ts";

/** What happens around a call of a port: counting, crashing, waiting for a turn. */
export type Around = <T>(name: string, call: () => Promise<T>) => Promise<T>;

const plain: Around = (_, call) => call();

/** Counts the calls of all ports, by name. */
export const counting = (): { readonly around: Around; readonly calls: Map<string, number> } => {
  const calls = new Map<string, number>();
  const around: Around = (name, call) => {
    calls.set(name, (calls.get(name) ?? 0) + 1);
    return call();
  };
  return { around, calls };
};

/** The same ports, with something around each of their calls. */
const wrap = <P extends object>(ports: P, around: Around): P =>
  new Proxy(ports, {
    get: (target, name) => {
      const method: unknown = Reflect.get(target, name);
      // Listing is a generator and stays as it is.
      if (typeof method !== "function" || name === "keys") return method;
      return (...args: unknown[]) =>
        around(String(name), () => Reflect.apply(method, target, args));
    },
  });

/** A process with caches of its own. */
export interface KeyProcess {
  readonly sealer: Sealer;
  readonly opener: Opener;
  erase(user: string): Promise<Erasure>;
  sweep(): Promise<SweepReport>;
}

/** A table and a key service that processes share, and a clock that tests move. */
export interface KeyWorld {
  readonly rows: AllRows;
  readonly keys: AllKeys;
  readonly clock: Clock;
  advance(ms: number): void;
  start(around?: Around): KeyProcess;
}

/** Where a world's time comes from. */
export interface WorldTime {
  now(): number;
  sleep(ms: number): Promise<void>;
}

/** Time that stands still but for waiting and `advance`. */
export const createTestTime = (): WorldTime => {
  let now = Date.parse("2030-01-01T00:00:00.000Z");
  return {
    now: () => now,
    sleep: async (ms) => {
      now += ms;
    },
  };
};

const started = Date.now();

/** The machine's time at a tenth of its speed, so that no deadline passes because a machine is busy. */
export const slowTime: WorldTime = {
  now: () => Math.floor(started + (Date.now() - started) / 10),
  sleep: (ms) => sleep(ms),
};

/** A world over these ports. */
export const createKeyWorld = (
  rows: AllRows,
  keys: AllKeys,
  time: WorldTime = createTestTime(),
): KeyWorld => {
  let ahead = 0;
  const clock: Clock = {
    now: () => time.now() + ahead,
    random: () => 0.5,
    sleep: time.sleep,
  };
  const cachePorts = { now: clock.now, later: () => {} };
  const start = (around: Around = plain): KeyProcess => {
    const ownRows = wrap(rows, around);
    const ownKeys = wrap(keys, around);
    const ports = { ...clock, rows: ownRows, keys: ownKeys };
    return {
      sealer: createSealer({ ...ports, dataKeys: ownRows, cache: createDataKeyCache(cachePorts) }),
      opener: createOpener({ ...ports, cache: createDataKeyCache(cachePorts) }),
      erase: (user) => eraseSubject(ports, user),
      sweep: () => sweep(ports),
    };
  };
  const advance = (ms: number): void => {
    ahead += ms;
  };
  return { rows, keys, clock, advance, start };
};

/** What one value opens to. */
export const openOne = async (opener: Opener, sealed: Uint8Array | undefined): Promise<unknown> => {
  if (!sealed) throw new Error("There is nothing to open.");
  const [opened] = await opener.open([sealed]);
  return opened === "erased" ? "erased" : opened?.value;
};

/** Seals one value. */
export const sealOne = async (
  sealer: Sealer,
  user: string,
  value: unknown,
): Promise<Uint8Array> => {
  const [sealed] = await sealer.seal(user, [value]);
  if (sealed) return sealed;
  throw new Error("Nothing was sealed.");
};
