import type { Benchmark, Run, Table } from "./benchmark.ts";
import { sampleOf } from "./core-sample.ts";
import { comparisonsOf, type Work } from "./core-work.ts";
import { figure } from "./figures.ts";

const bounds = {
  full: { commits: 1_000, rounds: 60 },
  smoke: { commits: 50, rounds: 2 },
} as const;

const msOf = (work: Work): number => {
  const began = performance.now();
  work();
  return performance.now() - began;
};

const measure = ({ scale, progress }: Run): Table => {
  const { commits, rounds } = bounds[scale];
  const sides = comparisonsOf(sampleOf(commits)).map((comparison) => ({
    ...comparison,
    ms: Number.POSITIVE_INFINITY,
    leastMs: Number.POSITIVE_INFINITY,
  }));
  for (let round = 0; round < rounds; round++) {
    progress("rounds", round / rounds);
    for (const side of sides) {
      side.ms = Math.min(side.ms, msOf(side.work));
      side.leastMs = Math.min(side.leastMs, msOf(side.leastWork));
    }
  }
  const perSecond = (ms: number): string => figure((1_000 * commits) / ms, 0);
  return {
    title: "Commits of one event, on one processor",
    columns: ["work", "per second", "compared with", "per second", "times as long"],
    rows: sides.map(({ name, ms, least, leastMs }) => [
      name,
      perSecond(ms),
      least,
      perSecond(leastMs),
      figure(ms / leastMs, 1),
    ]),
    remarks: [
      `The history of one account, ${figure(commits, 0)} commits; one in ten was stored in an older shape and is lifted.`,
      "The fastest of all rounds; the sides take turns within each.",
    ],
  };
};

/** What the core costs where no store is waited for. */
export const core: Benchmark = {
  name: "core",
  question: "What does the core cost by itself, where no store is waited for?",
  run: async (run) => ({ tables: [measure(run)], targets: [] }),
};
