import { Duration } from "aws-cdk-lib";
import {
  type Alarm,
  AlarmStatusWidget,
  GraphWidget,
  type IMetric,
  type IWidget,
  MathExpression,
} from "aws-cdk-lib/aws-cloudwatch";
import type { Signals } from "./signals.ts";

/** A row of the dashboard: a heading, and graphs side by side. */
export interface Row {
  readonly title: string;
  /** How to read it, in one sentence. */
  readonly says: string;
  readonly graphs: readonly IWidget[];
}

/** Columns of a dashboard. */
export const width = 24;
const height = 6;

const graph =
  (across: number) =>
  (title: string, left: readonly IMetric[], right: readonly IMetric[] = []): GraphWidget =>
    new GraphWidget({
      title,
      left: [...left],
      right: [...right],
      width: width / across,
      height,
      leftYAxis: { min: 0 },
    });

const quarters = graph(4);
const thirds = graph(3);
const halves = graph(2);

const serviceLevel = ({ props }: Signals, alarms: readonly Alarm[]): Row => {
  const { http } = props.api;
  const available = new MathExpression({
    label: "Answered without a fault, %",
    expression: "100 * (1 - faults)",
    usingMetrics: { faults: http.metricServerError({ statistic: "Average" }) },
  });
  return {
    title: "Service level",
    says: "Anything red here has a page under docs/runbooks.",
    graphs: [
      new AlarmStatusWidget({ title: "Alarms", alarms: [...alarms], width: width / 2, height }),
      quarters("Availability", [available]),
      quarters("Slowest answer in a hundred, ms", [http.metricLatency({ statistic: "p99" })]),
    ],
  };
};

const api = (signals: Signals): Row => {
  const { http } = signals.props.api;
  return {
    title: "API",
    says: "What is asked, how fast the answers are, and what is refused.",
    graphs: [
      quarters("Requests", [http.metricCount()]),
      quarters("Latency, ms", [
        http.metricLatency({ statistic: "p50", label: "p50" }),
        http.metricLatency({ statistic: "p99", label: "p99" }),
        http.metricIntegrationLatency({ statistic: "p99", label: "function p99" }),
      ]),
      quarters("Refusals and faults", [
        http.metricClientError({ statistic: "Sum", label: "4xx" }),
        http.metricServerError({ statistic: "Sum", label: "5xx" }),
        signals.tooMany,
      ]),
      quarters("Price of a query", [
        signals.own("query", "RoundTrips", "Average").with({ label: "RoundTrips" }),
        signals.own("query", "ReadUnits", "Average").with({ label: "ReadUnits" }),
      ]),
    ],
  };
};

const commands = (signals: Signals): Row => {
  const { http } = signals.props;
  const command = http.get("command");
  const price = (["RoundTrips", "WriteUnits", "ReadUnits"] as const).map((name) =>
    signals.own("command", name, "Average").with({ label: name }),
  );
  return {
    title: "Commands",
    says: "A retry is a write that another one was faster than; a conflict is a command that gave up.",
    graphs: command
      ? [
          quarters("Commands", [
            signals.own("command", "Accepted"),
            signals.own("command", "Refused"),
          ]),
          quarters(
            "Conflicts and retries",
            [signals.own("command", "Retries"), signals.own("command", "Conflicts")],
            [signals.conflictRate],
          ),
          quarters("Price of a command", price),
          quarters("Duration, ms", [
            command.metricDuration({ statistic: "p50", label: "p50" }),
            command.metricDuration({ statistic: "p99", label: "p99" }),
          ]),
        ]
      : [],
  };
};

const eventTable = (signals: Signals): Row => ({
  title: "Event table",
  says: "Capacity is what is paid for; a change of a commit is an alarm.",
  graphs: [
    quarters("Units", [
      signals.eventTable("ConsumedWriteCapacityUnits"),
      signals.eventTable("ConsumedReadCapacityUnits"),
    ]),
    quarters("Refused and held back", [
      signals.eventTable("ConditionalCheckFailedRequests"),
      signals.eventTable("TransactionConflict"),
      signals.eventTable("WriteThrottleEvents"),
      signals.eventTable("ReadThrottleEvents"),
    ]),
    quarters(
      "Units of all tables, by who uses them",
      (["command", "projector", "worker"] as const).map((name) =>
        signals.own(name, "WriteUnits").with({ label: `${name} writes` }),
      ),
      (["query", "projector", "worker"] as const).map((name) =>
        signals.own(name, "ReadUnits").with({ label: `${name} reads` }),
      ),
    ),
    quarters("Integrity", [
      signals.own("projector", "EventTableChanged"),
      signals.own("worker", "AuditProblems"),
      signals.clockSkews,
    ]),
  ],
});

const views = (signals: Signals): Row => ({
  title: "Stream and views",
  says: "From commit to row. A parked pair waits for the work queue and holds up nothing else.",
  graphs: [
    quarters("Lag, ms", [
      signals.own("projector", "ViewLag", "p50").with({ label: "p50" }),
      signals.own("projector", "ViewLag", "p99").with({ label: "p99" }),
    ]),
    quarters("Age of the oldest notification, ms", [
      signals.iteratorAge("projector").with({ label: "projector" }),
      signals.iteratorAge("publisher").with({ label: "publisher" }),
    ]),
    quarters("Taken in", [
      signals.own("projector", "Events").with({ label: "events, by the views" }),
      signals.own("publisher", "Events").with({ label: "events, by the bus" }),
      signals.own("projector", "Rows"),
    ]),
    quarters(
      "Parked and given up",
      [signals.own("projector", "PairsParked")],
      [
        signals.props.consumers.projector.failedBatches.with({ label: "projector's batches" }),
        signals.props.consumers.publisher.failedBatches.with({ label: "publisher's batches" }),
      ],
    ),
  ],
});

const queues = ({ props }: Signals): Row => {
  const { queue, deadLetters } = props.workQueue;
  return {
    title: "Queues",
    says: "Work that was put off, and work that failed too often.",
    graphs: [
      thirds("Waiting", [queue.metricApproximateNumberOfMessagesVisible()]),
      thirds("Age of the oldest, s", [queue.metricApproximateAgeOfOldestMessage()]),
      thirds("Dead letters", [deadLetters.metricApproximateNumberOfMessagesVisible()]),
    ],
  };
};

const hourly = { period: Duration.hours(1) };

const keys = (signals: Signals): Row => ({
  title: "Keys",
  says: "Each user's key costs a dollar a month; an unowned one is what a crash left.",
  graphs: [
    thirds("KMS keys of the account", [signals.own("sweeper", "KmsKeys", "Maximum").with(hourly)]),
    thirds("Made, and refused by KMS", [
      signals.own("command", "KeysMade"),
      signals.own("command", "KeysRefused"),
    ]),
    thirds("Swept", [signals.own("sweeper", "KeysUnowned").with(hourly)]),
  ],
});

const erasure = (signals: Signals): Row => {
  const people = signals.props.http.get("people");
  return {
    title: "Erasure",
    says: "People who were forgotten, and erasures that the sweeper could not finish.",
    graphs: [
      halves("Erasures", [
        signals.own("people", "Erasures"),
        ...(people ? [people.metricErrors()] : []),
      ]),
      halves("Not settled", [signals.own("sweeper", "SweepFailures").with(hourly)]),
    ],
  };
};

/** The rows of a stage, from what users feel down to what only operators see. */
export const rowsOf = (signals: Signals, alarms: readonly Alarm[]): readonly Row[] => [
  serviceLevel(signals, alarms),
  ...[api, commands, eventTable, views, queues, keys, erasure].map((row) => row(signals)),
];
