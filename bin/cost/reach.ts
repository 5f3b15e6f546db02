import { type Limit, limitsOf } from "./limits.ts";
import type { Workload } from "./workload.ts";

/** A limit, and the rate of commands at which a workload that is otherwise the same meets it. */
export interface Reached extends Limit {
  readonly atCommands: number;
}

/** Rates that are tried, from a thousandth of a command to a billion a second, and how closely the first one is found. */
const tried = { decadesFrom: -3, decadesTo: 9, perDecade: 10, halvings: 40 } as const;

const isMet = ({ load, capacity }: Limit): boolean => load >= capacity;

/** The lowest rate at which a limit is met; infinite when it never is. */
const rateOf = (workload: Workload, at: number): number => {
  const isMetAt = (rate: number): boolean => {
    const limit = limitsOf({ ...workload, "commands-per-second": rate })[at];
    return limit !== undefined && isMet(limit);
  };
  const { decadesFrom, decadesTo, perDecade, halvings } = tried;
  const steps = (decadesTo - decadesFrom) * perDecade;
  const rates = Array.from(
    { length: steps + 1 },
    (_, step) => 10 ** (decadesFrom + step / perDecade),
  );
  const first = rates.findIndex(isMetAt);
  if (first === -1) return Number.POSITIVE_INFINITY;
  let [low, high] = [rates[first - 1] ?? 0, rates[first] ?? 0];
  for (let halving = 0; halving < halvings; halving++) {
    const middle = (low + high) / 2;
    if (isMetAt(middle)) high = middle;
    else low = middle;
  }
  return high;
};

/** All limits of a workload, in the order in which they are met when commands grow. */
export const limitsInOrder = (workload: Workload): readonly Reached[] =>
  limitsOf(workload)
    .map((limit, at) => ({ ...limit, atCommands: rateOf(workload, at) }))
    .sort((left, right) => left.atCommands - right.atCommands);

/** The limits that a workload has met already, in the same order. */
export const limitsMet = (limits: readonly Reached[]): readonly Reached[] => limits.filter(isMet);
