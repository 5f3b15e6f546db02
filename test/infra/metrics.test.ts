import { describe, expect, test } from "vitest";
import {
  isToldBy,
  logMetrics,
  type MetricName,
  ownMetrics,
  type Service,
  serviceDimension,
} from "../../lib/core/system/metrics.ts";
import { registry } from "../../lib/domains/index.ts";
import { sourcesIn, textOf } from "../sources.ts";
import { templateWith } from "./synthesize.ts";

const namespace = "Everfold/prod";
const template = templateWith({ stage: "prod" });

/** A metric of our own that something of the stack looks at: its name, and its dimensions. */
interface Watched {
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

interface AlarmMetric {
  readonly Namespace?: string;
  readonly MetricName?: string;
  readonly Dimensions?: readonly { readonly Name: string; readonly Value: string }[];
  readonly Metrics?: readonly { readonly MetricStat?: { readonly Metric: AlarmMetric } }[];
}

const inAlarm = ({ Metrics, ...metric }: AlarmMetric): readonly Watched[] => {
  if (Metrics)
    return Metrics.flatMap(({ MetricStat }) => (MetricStat ? inAlarm(MetricStat.Metric) : []));
  const { Namespace, MetricName: name = "", Dimensions = [] } = metric;
  if (Namespace !== namespace) return [];
  return [
    { name, dimensions: Object.fromEntries(Dimensions.map((each) => [each.Name, each.Value])) },
  ];
};

const watched = Object.values(template.findResources("AWS::CloudWatch::Alarm")).flatMap(
  ({ Properties }) => inAlarm(Properties),
);

/** CloudWatch writes a metric as `[namespace, name, dimension, value, ..., options]`. */
const inGraph = (metric: readonly unknown[]): readonly Watched[] => {
  const [first, name, ...others] = metric;
  if (first !== namespace) return [];
  const words = others.filter((each) => typeof each === "string");
  const pairs = words.flatMap((each, index) => (index % 2 === 0 ? [[each, words[index + 1]]] : []));
  return [{ name: String(name), dimensions: Object.fromEntries(pairs) }];
};

const [dashboard] = Object.values(template.findResources("AWS::CloudWatch::Dashboard"));
const parts: readonly unknown[] = dashboard?.Properties.DashboardBody["Fn::Join"][1];
const body = parts.map((part) => (typeof part === "string" ? part : "x")).join("");
const { widgets }: { widgets: readonly { properties: { metrics?: unknown[][] } }[] } =
  JSON.parse(body);
const shown = widgets.flatMap(({ properties }) => (properties.metrics ?? []).flatMap(inGraph));

const isDeclared = (name: string): name is MetricName => Object.hasOwn(ownMetrics, name);

/** True for what a function says that it tells, or what is counted in a log. */
const isTold = ({ name, dimensions }: Watched): boolean => {
  const { [serviceDimension]: service, ...others } = dimensions;
  if (Object.keys(others).length > 0) return false;
  if (service === undefined) return Object.hasOwn(logMetrics, name);
  return isDeclared(name) && isToldBy(service as Service, name);
};

const told = Object.entries(ownMetrics).flatMap(([name, { by }]) =>
  by.map((service) => `${service} ${name}`),
);
const nameOf = ({ name, dimensions }: Watched): string =>
  `${dimensions[serviceDimension] ?? "log"} ${name}`;

describe("a metric of our own", () => {
  test("that an alarm or the dashboard looks at is told, with exactly these dimensions", () => {
    expect(watched.length).toBeGreaterThan(10);
    expect(shown.length).toBeGreaterThan(20);
    expect([...watched, ...shown].filter((each) => !isTold(each))).toEqual([]);
  });

  test("that nobody tells is found", () => {
    const dimensions = { service: "command" };
    expect(isTold({ name: "Accepted", dimensions })).toBe(true);
    expect(isTold({ name: "Accepted", dimensions: { service: "query" } })).toBe(false);
    expect(isTold({ name: "Accepted", dimensions: {} })).toBe(false);
    expect(isTold({ name: "Accepted", dimensions: { ...dimensions, stream: "a" } })).toBe(false);
    expect(isTold({ name: "Invented", dimensions })).toBe(false);
  });

  test("that is told is looked at, for it is paid for", () => {
    const seen = new Set([...watched, ...shown].map(nameOf));
    // What the projector and the worker cost in round trips shows in how long they take.
    const unseen = ["projector RoundTrips", "worker RoundTrips"];
    expect(told.filter((each) => !seen.has(each))).toEqual(unseen);
  });

  test("is told by the entry point of the function that the list names", () => {
    for (const service of new Set(Object.values(ownMetrics).flatMap(({ by }) => [...by])))
      expect(textOf(`lambdas/${service}.ts`)).toContain(`createTeller("${service}")`);
  });

  test("has no other dimension anywhere: each value of one would be a metric of its own", () => {
    const code = sourcesIn("lambdas").map(textOf).join("\n");
    expect(code).not.toMatch(/addDimension|setDefaultDimensions|singleMetric/);
  });

  test("that is counted in a log has its filter, and the other way round", () => {
    const filters = Object.values(template.findResources("AWS::Logs::MetricFilter")).flatMap(
      ({ Properties }) => Properties.MetricTransformations,
    );
    for (const { MetricNamespace } of filters) expect(MetricNamespace).toBe(namespace);
    expect(filters.map(({ MetricName }) => MetricName).sort()).toEqual(
      Object.keys(logMetrics).sort(),
    );
  });

  test("keeps the bill small: there are some thirty, whatever the domains", () => {
    expect(told.length + Object.keys(logMetrics).length).toBeLessThanOrEqual(32);
    expect(registry.domains.length).toBeGreaterThan(1);
  });
});
