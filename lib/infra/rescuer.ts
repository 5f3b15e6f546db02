import { Duration } from "aws-cdk-lib";
import { Rule } from "aws-cdk-lib/aws-events";
import { LambdaFunction as FunctionTarget } from "aws-cdk-lib/aws-events-targets";
import type { Function as LambdaFunction } from "aws-cdk-lib/aws-lambda";
import { Construct } from "constructs";
import { runtimeFunction } from "./function.ts";
import type { StreamConsumer } from "./stream-consumer.ts";
import type { ViewControl } from "./view-control.ts";
import type { WorkQueue } from "./work-queue.ts";

/** Whose failures are made good, and where. */
export interface RescuerProps {
  readonly stage: string;
  readonly consumers: readonly StreamConsumer[];
  readonly viewControl: ViewControl;
  readonly workQueue: WorkQueue;
}

/** The way back for what the mappings of projector and publisher have given up: its streams go to the work queue. */
export class Rescuer extends Construct {
  readonly function: LambdaFunction;

  constructor(scope: Construct, id: string, props: RescuerProps) {
    super(scope, id);
    const { stage, consumers, viewControl, workQueue } = props;
    const timeout = Duration.minutes(1);
    this.function = runtimeFunction(this, "Handler", { name: "rescuer", stage, timeout });
    for (const consumer of consumers) consumer.grantReadFailures(this.function);
    viewControl.grantList(this.function);
    workQueue.grantSend(this.function);
    const buckets = consumers.map(({ failures }) => failures.bucketName);
    new Rule(this, "Failure", {
      eventPattern: {
        source: ["aws.s3"],
        detailType: ["Object Created"],
        detail: { bucket: { name: buckets } },
      },
      targets: [new FunctionTarget(this.function)],
    });
  }
}
