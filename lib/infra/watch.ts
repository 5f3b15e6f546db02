import type { IMetric } from "aws-cdk-lib/aws-cloudwatch";

/** Pages under `docs/runbooks/` that say what to do when an alarm goes off. */
export type Runbook =
  | "dead-letters"
  | "failed-batches"
  | "iterator-age"
  | "function-errors"
  | "throttles"
  | "api-errors"
  | "api-latency"
  | "audit-findings"
  | "event-table-changed"
  | "conflict-rate"
  | "view-lag"
  | "clock-skew"
  | "key-quota"
  | "key-sweep"
  | "key-tampering";

/** What is watched: an alarm goes off when the metric is above `above` in so many of the last periods. */
export interface Watch {
  readonly id: string;
  readonly runbook: Runbook;
  /** What has happened, in one sentence. */
  readonly says: string;
  readonly metric: IMetric;
  readonly above: number;
  /** Periods that count; all of them must be above. */
  readonly periods?: number;
}
