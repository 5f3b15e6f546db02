import { expect, test } from "vitest";
import { billOf } from "../../../bin/cost/bill.ts";
import { limitsInOrder, limitsMet } from "../../../bin/cost/reach.ts";
import { stepRates, steps } from "../../../bin/cost/steps.ts";
import { workloadWith } from "../../../bin/cost/workload.ts";

const all = steps(workloadWith());

test("each step is the bill of its rate, with one key for all users", () => {
  for (const { commands, dollars } of all) {
    const given = { "commands-per-second": commands, subjectKeys: "shared" } as const;
    expect(dollars).toBe(billOf(workloadWith(given)).dollars);
  }
  expect(all.map(({ commands }) => commands)).toEqual([...stepRates]);
});

test("what keys of users would add is told beside it", () => {
  for (const { commands, dollars, userKeys } of all) {
    const own = billOf(workloadWith({ "commands-per-second": commands }));
    expect(dollars - 1 + userKeys).toBeCloseTo(own.dollars, 4);
  }
});

test("a limit is told at the first step that meets it, and all are that the last one meets", () => {
  const told = all.flatMap(({ newlyMet }) => newlyMet);
  expect(new Set(told).size).toBe(told.length);
  const last = workloadWith({ "commands-per-second": 100_000, subjectKeys: "shared" });
  const met = limitsMet(limitsInOrder(last)).map(({ name }) => name);
  expect(told.toSorted()).toEqual(met.toSorted());
});

test("a workload's other figures hold at every step", () => {
  const [small, large] = [steps(workloadWith({ months: 1 })), steps(workloadWith({ months: 24 }))];
  for (const [at, { dollars }] of small.entries())
    expect(dollars).toBeLessThan(large[at]?.dollars ?? 0);
});
