import { describe, expect, test } from "vitest";
import { prices } from "../../../bin/cost/prices.ts";
import { priceText, reportOf, reportText, stepText } from "../../../bin/cost/report.ts";
import { workloadWith } from "../../../bin/cost/workload.ts";

describe("a report", () => {
  const busy = reportOf(workloadWith({ "commands-per-second": 1_000, subjectKeys: "shared" }));
  const lines = reportText(busy).split("\n");

  test("has the largest component first and the sum last", () => {
    const from = lines.findIndex((line) => line.startsWith("COMPONENT")) + 1;
    const to = lines.findIndex((line) => line.startsWith("Total"));
    const dollars = lines
      .slice(from, to + 1)
      .map((line) => Number(/\$([\d,.]+)/.exec(line)?.[1]?.replaceAll(",", "")));
    const total = dollars.pop();
    expect(dollars).toEqual(dollars.toSorted((left, right) => right - left));
    expect(dollars).toHaveLength(busy.bill.lines.length);
    expect(total).toBe(Math.round(busy.bill.dollars));
    expect(lines.find((line) => line.startsWith("HTTP API"))).toMatch(/ \$26,047 +16 % +28,900,/);
  });

  test("names the first limit, those that are met too, and marks them", () => {
    expect(lines).toContain(
      "The first limit, throttle of the API, is met already. So are: daily audit, HTTP API quota, throttle of a command's route.",
    );
    expect(lines.filter((line) => line.startsWith("! "))).toHaveLength(4);
  });

  test("tells when the first limit will be met when none is yet", () => {
    const quiet = reportText(reportOf(workloadWith({ "commands-per-second": 1 })));
    expect(quiet).toContain("The first limit, KMS keys, is met at 23.1 commands/s.");
  });

  test("says what a rebuild costs once", () => {
    const { rebuild } = reportOf(workloadWith({ "commands-per-second": 1, months: 1 }));
    const events = 2_628_000;
    // Of each stream of 500 the first commit and the last; of every 65 streams 128 commits.
    const looks = Math.ceil((128 * 650) / 4096) / 65;
    expect(rebuild.readUnits).toBeCloseTo((events / 500) * (2 + looks), 6);
    expect(rebuild.writeUnits).toBeCloseTo((2 * events) / 500, 6);
    expect(rebuild.dollars).toBeCloseTo(0.0081, 4);
  });

  test("can be read by a program, limits that are never met included", () => {
    const read = JSON.parse(JSON.stringify(reportOf(workloadWith())));
    expect(read.limits).toHaveLength(18);
    expect(read.bill.dollars).toBeGreaterThan(0);
    expect(read.prices.writes.dollars).toBe(0.625);
  });
});

test("the price list says which prices have to be checked", () => {
  const lines = priceText().split("\n");
  expect(lines.filter((line) => line.endsWith("memory"))).toHaveLength(
    Object.values(prices).filter(({ from }) => from === "memory").length,
  );
  expect(priceText()).toMatch(/^0\.625 +million write units, on demand +page$/m);
});

test("the steps have a line each, and say where each limit is met first", () => {
  const text = stepText(workloadWith());
  expect(text).toMatch(/^1,000 +\$\d{3},\d{3} +\$\d\d\.\d\d +\$4,320,000 +\w+.*, .*, /m);
  expect(text).toContain("Met at 100 commands/s, not before: throttle of the API.");
});
