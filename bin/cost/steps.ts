import { billOf } from "./bill.ts";
import { flowOf } from "./flow.ts";
import { prices } from "./prices.ts";
import { limitsInOrder, limitsMet } from "./reach.ts";
import type { Workload } from "./workload.ts";

/** Rates that are looked at side by side. */
export const stepRates = [1, 10, 100, 1_000, 10_000, 100_000] as const;

/** A workload at one rate. */
export interface Step {
  readonly commands: number;
  /** A month, with one key for all users. */
  readonly dollars: number;
  readonly perMillion: number;
  /** What a key for each user adds. */
  readonly userKeys: number;
  /** The components that cost most, the first one first. */
  readonly largest: readonly string[];
  /** Names of the limits that are met here and were not one step before, in the order in which they are. */
  readonly newlyMet: readonly string[];
}

const largestShown = 3;

/** The same workload, with one key for all users, at every rate. */
export const steps = (workload: Workload): readonly Step[] => {
  const before = new Set<string>();
  return stepRates.map((commands) => {
    const at = { ...workload, "commands-per-second": commands, subjectKeys: "shared" as const };
    const { lines, dollars, perMillionCommands } = billOf(at);
    const met = limitsMet(limitsInOrder(at)).map(({ name }) => name);
    const newlyMet = met.filter((name) => !before.has(name));
    for (const name of newlyMet) before.add(name);
    return {
      commands,
      dollars,
      perMillion: perMillionCommands,
      userKeys: flowOf(at).users * prices.keys.dollars,
      largest: lines
        .toSorted((left, right) => right.dollars - left.dollars)
        .slice(0, largestShown)
        .map(({ component }) => component),
      newlyMet,
    };
  });
};
