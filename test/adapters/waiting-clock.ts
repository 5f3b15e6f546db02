import type { Clock } from "../../lib/core/retry.ts";

/** A clock that stands still but for waiting, and remembers how long each wait was. */
export const waitingClock = (): Clock & { readonly waits: readonly number[] } => {
  const waits: number[] = [];
  let now = 0;
  return {
    waits,
    now: () => now,
    random: () => 0,
    sleep: async (ms) => {
      waits.push(ms);
      now += ms;
    },
  };
};
