import * as z from "zod/mini";

/** One metric of one set of dimensions, as far as it was told. */
export interface MetricReport {
  readonly namespace: string;
  readonly name: string;
  readonly unit: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly count: number;
  readonly sum: number;
  readonly min: number;
  readonly max: number;
  /** Of the last values only: at most `windowSize`. */
  readonly p50: number;
  readonly p99: number;
}

/** What the functions of this process have told of themselves. */
export interface LocalMetrics {
  /** Takes in a line of a log; false when it carries no metrics. */
  take(line: string): boolean;
  report(): readonly MetricReport[];
}

/** Values of one metric that percentiles are taken of. */
export const windowSize = 1_000;

/** Metrics that are kept; what functions declare are some tens. */
export const seriesMax = 1_000;

const Embedded = z.looseObject({
  _aws: z.object({
    CloudWatchMetrics: z.array(
      z.object({
        Namespace: z.string(),
        Dimensions: z.array(z.array(z.string())),
        Metrics: z.array(z.object({ Name: z.string(), Unit: z._default(z.string(), "None") })),
      }),
    ),
  }),
});
type Embedded = z.output<typeof Embedded>;

/** One value, or several; what is none is left out. */
const valuesOf = (told: unknown): readonly number[] =>
  [told].flat().filter((value) => typeof value === "number");

interface Series extends Pick<MetricReport, "namespace" | "name" | "unit" | "dimensions"> {
  count: number;
  sum: number;
  min: number;
  max: number;
  readonly window: number[];
}

type Told = Pick<Series, "namespace" | "name" | "unit" | "dimensions"> & {
  readonly values: readonly number[];
};

const embeddedIn = (line: string): Embedded | undefined => {
  // Most lines are none, and need not be parsed to know it.
  if (!line.includes('"CloudWatchMetrics"')) return undefined;
  try {
    return Embedded.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
};

/** Every value of a line, once for each set of dimensions, as CloudWatch takes them out of it. */
const toldIn = ({ _aws, ...members }: Embedded): readonly Told[] =>
  _aws.CloudWatchMetrics.flatMap(({ Namespace: namespace, Dimensions, Metrics }) =>
    Dimensions.flatMap((names) => {
      const dimensions = Object.fromEntries(names.map((name) => [name, String(members[name])]));
      return Metrics.map(({ Name: name, Unit: unit }) => {
        const values = valuesOf(members[name]);
        return { namespace, name, unit, dimensions, values };
      });
    }),
  );

const addTo = (series: Series, value: number): void => {
  series.window[series.count % windowSize] = value;
  series.count += 1;
  series.sum += value;
  series.min = Math.min(series.min, value);
  series.max = Math.max(series.max, value);
};

const percentile = (sorted: readonly number[], share: number): number =>
  sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;

const reportOf = ({ window, ...series }: Series): MetricReport => {
  const sorted = window.toSorted((left, right) => left - right);
  return { ...series, p50: percentile(sorted, 0.5), p99: percentile(sorted, 0.99) };
};

/**
 * Adds up what lines in CloudWatch's embedded metric format tell, by namespace, name and dimensions. Source of the
 * format: CloudWatch user guide, "Embedded metric format specification".
 */
export const createMetrics = (): LocalMetrics => {
  const all = new Map<string, Series>();

  const seriesOf = ({ values: _, ...told }: Told, key: string): Series | undefined => {
    const known = all.get(key);
    if (known || all.size >= seriesMax) return known;
    const series = { ...told, count: 0, sum: 0, min: Infinity, max: -Infinity, window: [] };
    all.set(key, series);
    return series;
  };

  return {
    take: (line) => {
      const embedded = embeddedIn(line);
      if (!embedded) return false;
      for (const told of toldIn(embedded)) {
        const { namespace, name, dimensions, values } = told;
        const series = seriesOf(told, JSON.stringify([namespace, dimensions, name]));
        if (series) for (const value of values) addTo(series, value);
      }
      return true;
    },
    report: () =>
      [...all]
        .toSorted(([left], [right]) => (left < right ? -1 : 1))
        .map(([, series]) => reportOf(series))
        .filter(({ count }) => count > 0),
  };
};
