import { Duration } from "aws-cdk-lib";
import { Metric } from "aws-cdk-lib/aws-cloudwatch";
import { type Signals, total } from "./signals.ts";
import type { Watch } from "./watch.ts";

/** Keys of an account and Region that are near the 100,000 that KMS allows by default. */
const keysNearQuota = 80_000;

/** What is watched of the log: nothing about it may ever be wrong. */
export const logWatches = (signals: Signals): readonly Watch[] => [
  {
    id: "EventTableThrottles",
    runbook: "throttles",
    says: "DynamoDB has held back reads or writes of the event table.",
    metric: total("Throttled", [
      signals.eventTable("WriteThrottleEvents"),
      signals.eventTable("ReadThrottleEvents"),
    ]),
    above: 10,
    periods: 2,
  },
  {
    id: "EventTableChanged",
    runbook: "event-table-changed",
    says: "A commit was changed or removed in the event table, which nobody may do.",
    metric: signals.own("projector", "EventTableChanged"),
    above: 0,
  },
  {
    id: "AuditFindings",
    runbook: "audit-findings",
    says: "The audit found the log damaged, or views that differ from it.",
    metric: signals.own("worker", "AuditProblems"),
    above: 0,
  },
  {
    id: "ClockSkew",
    runbook: "clock-skew",
    says: "A stream was last written more than 5 minutes ahead of a function's clock.",
    metric: signals.clockSkews,
    above: 0,
  },
];

/** What is watched of users' keys; `tampering` is the name of the rule that matches strange calls of KMS. */
export const keyWatches = (signals: Signals, tampering: string): readonly Watch[] => [
  {
    id: "KeyQuota",
    runbook: "key-quota",
    says: `The account has more than ${keysNearQuota} KMS keys; by default it may have 100,000.`,
    metric: signals.own("sweeper", "KmsKeys", "Maximum").with({ period: Duration.hours(1) }),
    above: keysNearQuota,
  },
  {
    id: "KeysRefused",
    runbook: "key-quota",
    says: "KMS has refused to make keys for new users: too many at a time, or at all.",
    metric: signals.own("command", "KeysRefused"),
    above: 10,
    periods: 2,
  },
  {
    id: "KeySweep",
    runbook: "key-sweep",
    says: "The sweeper could not settle a key or an erasure.",
    metric: signals.own("sweeper", "SweepFailures").with({ period: Duration.hours(1) }),
    above: 0,
  },
  {
    id: "KeyTampering",
    runbook: "key-tampering",
    says: "A KMS key was ended, brought back or changed by someone else than our functions.",
    metric: new Metric({
      namespace: "AWS/Events",
      metricName: "TriggeredRules",
      statistic: "Sum",
      dimensionsMap: { RuleName: tampering },
    }),
    above: 0,
  },
];
