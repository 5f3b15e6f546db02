import { type IMetric, MathExpression, Metric } from "aws-cdk-lib/aws-cloudwatch";
import type { Function as LambdaFunction } from "aws-cdk-lib/aws-lambda";
import {
  FilterPattern,
  type IFilterPattern,
  type ILogGroup,
  MetricFilter,
} from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";
import {
  type LogMetricName,
  type MetricOf,
  type Service,
  serviceDimension,
} from "../core/system/metrics.ts";
import type { HttpFunction } from "../core/system/route.ts";
import type { Api } from "./api.ts";
import type { EventStore } from "./event-store.ts";
import { metricsNamespace } from "./function.ts";
import type { StreamConsumer } from "./stream-consumer.ts";
import type { WorkQueue } from "./work-queue.ts";

/** What the signals of a stage come from. */
export interface SignalsProps {
  readonly stage: string;
  /** Functions that answer requests. */
  readonly http: ReadonlyMap<HttpFunction, LambdaFunction>;
  /** Functions that nobody waits for, by name. */
  readonly background: ReadonlyMap<string, LambdaFunction>;
  readonly consumers: Readonly<Record<"projector" | "publisher", StreamConsumer>>;
  readonly api: Api;
  readonly eventStore: EventStore;
  readonly workQueue: WorkQueue;
}

/** Something that happened so many times; a period in which nothing was told counts as none. */
export const total = (label: string, metrics: readonly IMetric[]): MathExpression =>
  new MathExpression({
    label,
    expression: metrics.map((_, index) => `FILL(m${index}, 0)`).join(" + "),
    usingMetrics: Object.fromEntries(metrics.map((metric, index) => [`m${index}`, metric])),
  });

/** Commands below which a share of them says nothing. */
const commandsMin = 20;

/** Everything that a stage tells of itself, for its alarms and its dashboard. */
export class Signals extends Construct {
  readonly props: SignalsProps;
  /** Commands that were refused because a clock is wrong. */
  readonly clockSkews: Metric;
  /** Requests that came too fast. */
  readonly tooMany: Metric;

  constructor(scope: Construct, id: string, props: SignalsProps) {
    super(scope, id);
    this.props = props;
    const { accessLog } = props.api;
    const command = props.http.get("command");
    if (!command) throw new Error("The stack has no command function to watch.");
    const skew = FilterPattern.literal('"Clock skew:"');
    this.clockSkews = this.counted("ClockSkewFaults", command.logGroup, skew);
    const status = (code: string) => FilterPattern.stringValue("$.status", "=", code);
    this.tooMany = this.counted("TooManyRequests", accessLog, status("429"));
  }

  /** A metric that one of our functions tells, by itself. */
  own<S extends Service>(service: S, metricName: MetricOf<S>, statistic = "Sum"): Metric {
    const namespace = metricsNamespace(this.props.stage);
    const dimensionsMap = { [serviceDimension]: service };
    return new Metric({ namespace, metricName, statistic, dimensionsMap });
  }

  /** Commands of a hundred that gave up on a contended stream; none while there are few commands. */
  get conflictRate(): MathExpression {
    const all = "(FILL(conflicts, 0) + FILL(accepted, 0) + FILL(refused, 0))";
    return new MathExpression({
      label: "Gave up, %",
      expression: `IF(${all} < ${commandsMin}, 0, 100 * FILL(conflicts, 0) / ${all})`,
      usingMetrics: {
        conflicts: this.own("command", "Conflicts"),
        accepted: this.own("command", "Accepted"),
        refused: this.own("command", "Refused"),
      },
    });
  }

  /** A metric of the event table. */
  eventTable(metricName: string, statistic = "Sum"): Metric {
    const { tableName } = this.props.eventStore.table;
    return new Metric({
      namespace: "AWS/DynamoDB",
      metricName,
      statistic,
      dimensionsMap: { TableName: tableName },
    });
  }

  /** How long the oldest notification waits for one of the two that follow the log, in milliseconds. */
  iteratorAge(name: "projector" | "publisher"): Metric {
    const { functionName } = this.props.consumers[name].function;
    return new Metric({
      namespace: "AWS/Lambda",
      metricName: "IteratorAge",
      statistic: "Maximum",
      dimensionsMap: { FunctionName: functionName },
    });
  }

  private counted(
    metricName: LogMetricName,
    logGroup: ILogGroup,
    filterPattern: IFilterPattern,
  ): Metric {
    const metricNamespace = metricsNamespace(this.props.stage);
    const filter = new MetricFilter(this, metricName, {
      logGroup,
      filterPattern,
      metricNamespace,
      metricName,
    });
    return filter.metric({ statistic: "Sum" });
  }
}
