/**
 * Gathers calls: `tell` learns at once of the first one, and then at most every so many milliseconds how many came since.
 */
export const gather = (ms: number, tell: (calls: number) => void): (() => void) => {
  let calls = 0;
  let isResting = false;
  const pass = (): void => {
    isResting = calls > 0;
    if (!isResting) return;
    const told = calls;
    calls = 0;
    setTimeout(pass, ms).unref();
    tell(told);
  };
  return () => {
    calls += 1;
    if (!isResting) pass();
  };
};
