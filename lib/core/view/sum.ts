/** A sum, kept exactly: a bigint where it is beyond the integers that a number is sure to tell apart. */
export type Sum = number | bigint;

/** Sums by their names. */
export type Sums = Readonly<Record<string, Sum>>;

const exact = (sum: bigint): Sum => {
  const near = Number(sum);
  return Number.isSafeInteger(near) ? near : sum;
};

/** Two rows' sums, name by name; a name that one of them lacks counts as 0 there. Refuses what is no integer. */
export const addSums = (left: Sums, right: Sums): Sums => {
  const names = new Set([...Object.keys(left), ...Object.keys(right)]);
  return Object.fromEntries(
    [...names].map((name) => [name, exact(BigInt(left[name] ?? 0) + BigInt(right[name] ?? 0))]),
  );
};

/** Order of sums, however they are kept. */
export const compareSums = (left: Sum, right: Sum): number =>
  left < right ? -1 : left > right ? 1 : 0;

/** Sums as numbers, each the nearest one that there is. */
export const nearestNumbers = (sums: Sums): Readonly<Record<string, number>> =>
  Object.fromEntries(Object.entries(sums).map(([name, sum]) => [name, Number(sum)]));

/**
 * Sums as readers see them: JSON's readers keep no larger integers than `Number` does, so that a sum beyond is shown as
 * the nearest number, and named under `rounded`.
 */
export const shownSums = (sums: Sums): object => {
  const rounded = Object.keys(sums).filter((name) => typeof sums[name] === "bigint");
  return { ...nearestNumbers(sums), ...(rounded.length > 0 ? { rounded } : {}) };
};
