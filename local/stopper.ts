import { setTimeout as sleep } from "node:timers/promises";
import { errorText } from "./startup-fault.ts";

/** Ends what was started, the last first. */
export interface Stopper {
  add(name: string, stop: () => Promise<void> | void): void;
  /** Ends everything once; what takes too long or fails is told and left behind. */
  stop(): Promise<void>;
}

/** Nothing to stop yet; each part gets `boundMs` to end. */
export const createStopper = (log: (line: string) => void, boundMs: number): Stopper => {
  const parts: { readonly name: string; readonly stop: () => Promise<void> | void }[] = [];
  const endPart = async ({ name, stop }: (typeof parts)[number]): Promise<void> => {
    const bound = new AbortController();
    const late = sleep(boundMs, "late" as const, { signal: bound.signal, ref: false });
    try {
      const ended = await Promise.race([Promise.resolve(stop()), late]);
      if (ended === "late") log(`The ${name} did not stop within ${boundMs / 1000} s.`);
    } catch (error) {
      log(`The ${name} did not stop well: ${errorText(error)}`);
    } finally {
      late.catch(() => undefined);
      bound.abort();
    }
  };
  let stopped: Promise<void> | undefined;
  const endAll = async (): Promise<void> => {
    for (const part of parts.toReversed()) await endPart(part);
  };
  return {
    add: (name, stop) => {
      parts.push({ name, stop });
    },
    stop: () => {
      stopped ??= endAll();
      return stopped;
    },
  };
};
