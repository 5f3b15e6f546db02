/** So many runs of a property; on a machine that is busy, as many as there is time for. */
export const runs = (numRuns: number) => ({ numRuns, interruptAfterTimeLimit: 10_000 });
