import { Logger } from "@aws-lambda-powertools/logger";
import { Metrics } from "@aws-lambda-powertools/metrics";
import { createMeter, type Meter, type Usage } from "../lib/core/meter.ts";
import {
  isToldBy,
  type MetricName,
  type MetricOf,
  ownMetrics,
  type Service,
  serviceDimension,
} from "../lib/core/system/metrics.ts";

/** What tells an operation from others: ids, names and numbers; nothing personal. */
export type Facts = Readonly<
  Record<string, string | number | boolean | readonly string[] | undefined>
>;

/** Adds facts to the line that tells of the operation at hand. */
export type About = (facts: Facts) => void;

/** What a function tells of itself. */
export interface Teller<S extends Service> {
  /** For what is out of the ordinary. */
  readonly logger: Logger;
  /** Adds to one of the function's metrics; it is told with the operation at hand. */
  count(name: MetricOf<S>, amount?: number): void;
  /**
   * Runs an operation, and hands it a meter of its own. When it has ended, in whichever way, one line tells how it went,
   * what it was about, what its meter says, and what was counted. Answers and throws what the work does.
   */
  operation<T>(message: string, work: (about: About, meter: Meter) => Promise<T>): Promise<T>;
}

type Counts = Map<MetricName, number>;

/** What an operation has used of the store, in the words of the metrics. */
const cost = ({
  roundTrips,
  readUnits,
  writeUnits,
}: Usage): readonly (readonly [MetricName, number])[] => [
  ["RoundTrips", roundTrips],
  ["ReadUnits", readUnits],
  ["WriteUnits", writeUnits],
];

/**
 * Lets a function tell of itself, in CloudWatch's embedded metric format: the line of an operation carries its metrics,
 * so that neither is paid for twice, and each figure can be asked for by what the line is about.
 */
export const createTeller = <S extends Service>(service: S): Teller<S> => {
  const logger = new Logger({ serviceName: service });
  // Metrics are told whatever the level of the log is.
  const lines = new Logger({ serviceName: service, logLevel: "INFO" });
  const metrics = new Metrics({ serviceName: service });
  const isSilent = process.env.POWERTOOLS_METRICS_DISABLED === "true";
  const counts: Counts = new Map();

  const add = (name: MetricName, amount: number): void => {
    counts.set(name, (counts.get(name) ?? 0) + amount);
  };

  const tell = (message: string, facts: Facts, meter: Meter): void => {
    const used = cost(meter.used);
    for (const [name, amount] of used) if (isToldBy(service, name)) add(name, amount);
    const price = Object.fromEntries(
      used.filter(([name, amount]) => amount > 0 && !isToldBy(service, name)),
    );
    const told = { ...facts, ...price };
    if (counts.size === 0 || isSilent) logger.info(message, told);
    else {
      for (const [name, amount] of counts) metrics.addMetric(name, ownMetrics[name].unit, amount);
      // The logger says by itself whose line it is.
      const { [serviceDimension]: _, ...embedded } = metrics.serializeMetrics();
      metrics.clearMetrics();
      lines.info(message, { ...told, ...embedded });
    }
    counts.clear();
  };

  return {
    logger,
    count: (name, amount = 1) => add(name, amount),
    operation: async (message, work) => {
      const since = performance.now();
      const meter = createMeter();
      const facts: Record<string, Facts[string]> = {};
      try {
        return await work((more) => void Object.assign(facts, more), meter);
      } catch (error) {
        facts.failed = true;
        throw error;
      } finally {
        tell(message, { ...facts, ms: Math.round(performance.now() - since) }, meter);
      }
    },
  };
};
