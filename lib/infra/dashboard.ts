import { Duration } from "aws-cdk-lib";
import {
  type Alarm,
  AlarmStatusWidget,
  Dashboard as CloudWatchDashboard,
  GraphWidget,
  type IMetric,
  type IWidget,
  MathExpression,
  TextWidget,
} from "aws-cdk-lib/aws-cloudwatch";
import { Construct } from "constructs";
import type { Signals } from "./signals.ts";

/** What is shown. */
export interface DashboardProps {
  readonly signals: Signals;
  readonly alarms: readonly Alarm[];
}

/** A row of the dashboard: a heading, and graphs side by side. */
interface Row {
  readonly title: string;
  /** How to read it, in one sentence. */
  readonly says: string;
  readonly graphs: readonly IWidget[];
}

const width = 24;
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
      graph(4)("Availability", [available]),
      graph(4)("Slowest answer in a hundred, ms", [http.metricLatency({ statistic: "p99" })]),
    ],
  };
};

const api = ({ props, tooMany }: Signals): Row => {
  const { http } = props.api;
  return {
    title: "API",
    says: "What is asked, how fast the answers are, and what is refused.",
    graphs: [
      thirds("Requests", [http.metricCount()]),
      thirds("Latency, ms", [
        http.metricLatency({ statistic: "p50", label: "p50" }),
        http.metricLatency({ statistic: "p99", label: "p99" }),
        http.metricIntegrationLatency({ statistic: "p99", label: "function p99" }),
      ]),
      thirds("Refusals and faults", [
        http.metricClientError({ statistic: "Sum", label: "4xx" }),
        http.metricServerError({ statistic: "Sum", label: "5xx" }),
        tooMany,
      ]),
    ],
  };
};

const commands = (signals: Signals): Row => {
  const command = signals.props.http.get("command");
  return {
    title: "Commands",
    says: "Every retry is a refused conditional write; a conflict is a command that gave up.",
    graphs: command
      ? [
          thirds("Commands", [command.metricInvocations(), command.metricErrors()]),
          thirds("Duration, ms", [
            command.metricDuration({ statistic: "p50", label: "p50" }),
            command.metricDuration({ statistic: "p99", label: "p99" }),
          ]),
          thirds("Retries and conflicts", [
            signals.eventTable("ConditionalCheckFailedRequests"),
            signals.eventTable("TransactionConflict"),
            signals.conflicts,
          ]),
        ]
      : [],
  };
};

const eventTable = (signals: Signals): Row => ({
  title: "Event table",
  says: "Capacity is what is paid for; a change of a commit is an alarm.",
  graphs: [
    thirds("Units", [
      signals.eventTable("ConsumedWriteCapacityUnits"),
      signals.eventTable("ConsumedReadCapacityUnits"),
    ]),
    thirds("Held back", [
      signals.eventTable("WriteThrottleEvents"),
      signals.eventTable("ReadThrottleEvents"),
    ]),
    thirds("Integrity", [
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
    thirds("Lag, ms", [
      signals.own("projector", "ViewLag", "p50").with({ label: "p50" }),
      signals.own("projector", "ViewLag", "p99").with({ label: "p99" }),
    ]),
    thirds("Age of the oldest notification, ms", [
      signals.iteratorAge("projector").with({ label: "projector" }),
      signals.iteratorAge("publisher").with({ label: "publisher" }),
    ]),
    thirds(
      "Parked and given up",
      [signals.own("projector", "PairsParked")],
      [
        signals.props.consumers.projector.failedBatches,
        signals.props.consumers.publisher.failedBatches,
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

const keys = (signals: Signals): Row => {
  const hourly = { period: Duration.hours(1) };
  return {
    title: "Keys",
    says: "Each user's key costs a dollar a month; an unowned one is what a crash left.",
    graphs: [
      halves("KMS keys of the account", [
        signals.own("sweeper", "KmsKeys", "Maximum").with(hourly),
      ]),
      halves("Swept", [signals.own("sweeper", "KeysUnowned").with(hourly)]),
    ],
  };
};

const erasure = (signals: Signals): Row => {
  const people = signals.props.http.get("people");
  return {
    title: "Erasure",
    says: "People who were forgotten, and erasures that the sweeper could not finish.",
    graphs: [
      ...(people ? [halves("Erasures", [people.metricInvocations(), people.metricErrors()])] : []),
      halves("Not settled", [signals.own("sweeper", "SweepFailures")]),
    ],
  };
};

/** How a stage is doing, in rows from what users feel down to what only operators see. */
export class Dashboard extends Construct {
  constructor(scope: Construct, id: string, { signals, alarms }: DashboardProps) {
    super(scope, id);
    const rows = [
      serviceLevel(signals, alarms),
      ...[api, commands, eventTable, views, queues, keys, erasure].map((row) => row(signals)),
    ];
    const dashboard = new CloudWatchDashboard(this, "Dashboard", {
      defaultInterval: Duration.hours(3),
    });
    for (const { title, says, graphs } of rows) {
      dashboard.addWidgets(new TextWidget({ markdown: `## ${title}\n${says}`, width, height: 2 }));
      dashboard.addWidgets(...graphs);
    }
  }
}
