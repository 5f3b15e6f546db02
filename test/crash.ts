import type { Hook } from "./memory-views.ts";

/** The death of a process. */
export class Crash extends Error {
  override readonly name = "Crash";
}

/** True when work was done, false when its process died over it; throws any other failure. */
export const survives = async (work: Promise<unknown>): Promise<boolean> => {
  try {
    await work;
    return true;
  } catch (error) {
    if (error instanceof Crash) return false;
    throw error;
  }
};

/** A process that dies at its nth call, before or after it took effect: from then on it does nothing at all. */
export const dying = (lastCall: number, moment: "before" | "after"): Hook => {
  let calls = 0;
  return (_, at) => {
    if (at === "before") calls += 1;
    if (calls > lastCall || (calls === lastCall && (at === moment || at === "after")))
      throw new Crash();
  };
};
