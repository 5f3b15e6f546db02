import { describe, expect, test } from "vitest";
import { createMetrics, seriesMax, windowSize } from "../../local/metrics.ts";

interface Told {
  readonly service?: string;
  readonly namespace?: string;
  readonly values: Readonly<Record<string, number | number[]>>;
}

/** A line as functions write it. */
const line = ({ service = "command", namespace = "Everfold/test", values }: Told): string => {
  const Metrics = Object.keys(values).map((Name) => ({ Name, Unit: "Count" }));
  const CloudWatchMetrics = [{ Namespace: namespace, Dimensions: [["service"]], Metrics }];
  return `${JSON.stringify({ level: "INFO", service, _aws: { Timestamp: 1, CloudWatchMetrics }, ...values })}\n`;
};

const reportAfter = (...lines: readonly string[]) => {
  const metrics = createMetrics();
  for (const each of lines) metrics.take(each);
  return metrics.report();
};

describe("metrics of this host", () => {
  test("are added up by name and dimension", () => {
    const report = reportAfter(
      line({ values: { WriteUnits: 1 } }),
      line({ values: { WriteUnits: 4 } }),
      line({ service: "worker", values: { WriteUnits: 7 } }),
    );
    const known = { namespace: "Everfold/test", name: "WriteUnits", unit: "Count" };
    expect(report).toEqual([
      {
        ...{ ...known, dimensions: { service: "command" } },
        ...{ count: 2, sum: 5, min: 1, max: 4, p50: 1, p99: 4 },
      },
      {
        ...{ ...known, dimensions: { service: "worker" } },
        ...{ count: 1, sum: 7, min: 7, max: 7, p50: 7, p99: 7 },
      },
    ]);
  });

  test("are kept apart by namespace, and take several values from one line", () => {
    const report = reportAfter(
      line({ values: { Rows: [1, 2, 3] } }),
      line({ namespace: "Everfold/other", values: { Rows: 9 } }),
    );
    expect(report).toMatchObject([
      { namespace: "Everfold/other", sum: 9 },
      { namespace: "Everfold/test", count: 3, sum: 6 },
    ]);
  });

  test("tell percentiles of the last values, and everything else of all", () => {
    const late = Array.from({ length: windowSize }, (_, index) => 1 + index);
    const report = reportAfter(
      ...[1_000_000, ...late].map((value) => line({ values: { ViewLag: value } })),
    );
    expect(report).toMatchObject([
      { count: windowSize + 1, max: 1_000_000, p50: windowSize / 2, p99: 0.99 * windowSize },
    ]);
  });

  test("do not grow without bound", () => {
    const report = reportAfter(
      ...Array.from({ length: seriesMax + 1 }, (_, index) =>
        line({ service: `s${index}`, values: { Rows: 1 } }),
      ),
    );
    expect(report).toHaveLength(seriesMax);
  });

  test.each([
    ["is empty", ""],
    ["is text", "Everfold is running."],
    ["is a line of a log", '{"level":"ERROR","message":"The request failed."}'],
    ["only speaks of metrics", '{"message":"what \\"CloudWatchMetrics\\" are"}'],
    ["is cut off", line({ values: { Rows: 1 } }).slice(0, -10)],
  ])("are not in a line that %s", (_, text) => {
    const metrics = createMetrics();
    expect(metrics.take(text)).toBe(false);
    expect(metrics.report()).toEqual([]);
  });

  test("leave out a metric whose value is not there, or is none", () => {
    const text = line({ values: { Rows: 1 } }).replace('"Rows":1', '"Rows":"many"');
    expect(reportAfter(text)).toEqual([]);
  });
});
