import type { HttpFunction } from "./route.ts";

/** Names of all functions that serve a stage; `lambdas/<name>.ts` is the entry point of each. */
export type Service =
  | HttpFunction
  | "projector"
  | "publisher"
  | "worker"
  | "caretaker"
  | "auditor"
  | "sweeper"
  | "rescuer";

/** A metric as data: the functions, the stack's alarms and dashboard, and the page of operations all read it. */
interface MetricDefinition {
  readonly unit: "Count" | "Milliseconds";
  /** Functions that tell it; each is a metric of its own, for CloudWatch and on its bill. */
  readonly by: readonly Service[];
}

/**
 * The only dimension of what functions tell. Routes, streams and views are facts of the log line that a metric is told
 * with, and can be asked for there: as dimensions, each of them would be a metric that is paid for by the month.
 */
export const serviceDimension = "service";

const spenders = ["command", "query", "projector", "worker"] as const;

/** What functions tell of themselves, by name. */
export const ownMetrics = {
  /** Commands that were carried out, safe repeats included. */
  Accepted: { unit: "Count", by: ["command"] },
  /** Commands that were refused for a reason of the caller's: 4xx, but for 409. */
  Refused: { unit: "Count", by: ["command"] },
  /** Commands that gave up on a contended stream: 409. */
  Conflicts: { unit: "Count", by: ["command"] },
  /** Writes that a command tried again. */
  Retries: { unit: "Count", by: ["command"] },
  /** Users' KMS keys that were made. */
  KeysMade: { unit: "Count", by: ["command"] },
  /** Times that KMS refused to make one: too fast, or too many. */
  KeysRefused: { unit: "Count", by: ["command"] },
  /** Round trips to the store, of one operation. */
  RoundTrips: { unit: "Count", by: spenders },
  /** Read units of one operation. */
  ReadUnits: { unit: "Count", by: spenders },
  /** Write units of one operation; queries have none. */
  WriteUnits: { unit: "Count", by: ["command", "projector", "worker"] },
  /** From commit to row, of the oldest commit of a batch. */
  ViewLag: { unit: "Milliseconds", by: ["projector"] },
  /** Events that the views have taken in, or that the bus has. */
  Events: { unit: "Count", by: ["projector", "publisher"] },
  /** Rows of views that were written. */
  Rows: { unit: "Count", by: ["projector"] },
  /** Streams that a view could not take in. */
  PairsParked: { unit: "Count", by: ["projector"] },
  /** Commits that were changed or removed. */
  EventTableChanged: { unit: "Count", by: ["projector"] },
  /** Problems that an audit has found. */
  AuditProblems: { unit: "Count", by: ["worker"] },
  /** People who were forgotten. */
  Erasures: { unit: "Count", by: ["people"] },
  /** KMS keys of the account in this Region, of every kind. */
  KmsKeys: { unit: "Count", by: ["sweeper"] },
  /** Keys that nobody had recorded, adopted or destroyed. */
  KeysUnowned: { unit: "Count", by: ["sweeper"] },
  /** Keys and erasures that could not be settled. */
  SweepFailures: { unit: "Count", by: ["sweeper"] },
} as const satisfies Readonly<Record<string, MetricDefinition>>;

/** Name of a metric that functions tell. */
export type MetricName = keyof typeof ownMetrics;

/** Names of the metrics that one function tells. */
export type MetricOf<S extends Service> = {
  [N in MetricName]: S extends (typeof ownMetrics)[N]["by"][number] ? N : never;
}[MetricName];

/** What is counted in logs instead, without a dimension. */
export const logMetrics = {
  /** Commands that were refused because a clock is wrong, in the log of `command`. */
  ClockSkewFaults: "command",
  /** Answers 429, which no function sees, in the API's access log. */
  TooManyRequests: "access log",
} as const;

/** Name of a metric that is counted in a log. */
export type LogMetricName = keyof typeof logMetrics;

/** True when a function tells this metric. */
export const isToldBy = (service: Service, name: MetricName): boolean => {
  const { by }: MetricDefinition = ownMetrics[name];
  return by.includes(service);
};
