import { inParallel } from "../in-parallel.ts";
import { type Clock, retry } from "../retry.ts";
import { isTrouble, type KeyCatalogue, type KeyDestroyer } from "./key-service.ts";

/** What destroying a stage's keys needs of the world. */
export interface DestroyStagePorts extends Clock {
  readonly keys: KeyCatalogue & KeyDestroyer;
}

const keysAtOnce = 5;
const retryMs = 60_000;

/**
 * Schedules the deletion of every key that a stage made for its users, which makes all their
 * personal data unreadable at once; answers how many. Keys of other stages and of anybody else
 * stay. Safe to repeat.
 */
export const destroyStageKeys = async (ports: DestroyStagePorts): Promise<number> => {
  let destroyed = 0;
  const insist = <T>(call: () => Promise<T>): Promise<T> => {
    const isWorthIt = (error: unknown) => isTrouble(error, "throttled", "unclear", "not-ready");
    return retry(ports, ports.now() + retryMs, isWorthIt, call);
  };
  for await (const page of ports.keys.keys())
    await inParallel(page, keysAtOnce, async (keyId) => {
      if ((await insist(() => ports.keys.claimOf(keyId))) === undefined) return;
      await insist(() => ports.keys.destroy(keyId));
      destroyed += 1;
    });
  return destroyed;
};
