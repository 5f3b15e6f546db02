/** Lets one loop sleep until it is woken; a ring while it is awake makes its next sleep end at once. */
export interface Bell {
  ring(): void;
  /** Returns when the bell rings, after `ms` at the latest. */
  wait(ms: number): Promise<void>;
}

/** A bell that has not rung yet. */
export const createBell = (): Bell => {
  let rung = false;
  let wake: (() => void) | undefined;
  return {
    ring: () => {
      rung = true;
      wake?.();
    },
    wait: async (ms) => {
      if (!rung)
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, ms);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      rung = false;
      wake = undefined;
    },
  };
};
