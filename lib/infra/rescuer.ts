import { Duration } from "aws-cdk-lib";
import { Rule } from "aws-cdk-lib/aws-events";
import { LambdaFunction as FunctionTarget } from "aws-cdk-lib/aws-events-targets";
import type { Function as LambdaFunction } from "aws-cdk-lib/aws-lambda";
import { Construct } from "constructs";
import { runtimeFunction } from "./function.ts";
import type { Projector } from "./projector.ts";
import type { ViewControl } from "./view-control.ts";
import type { WorkQueue } from "./work-queue.ts";

/** Whose failures are made good, and where. */
export interface RescuerProps {
  readonly stage: string;
  readonly projector: Projector;
  readonly viewControl: ViewControl;
  readonly workQueue: WorkQueue;
}

/** The way back for what the projector's mapping has given up: its streams go to the work queue. */
export class Rescuer extends Construct {
  readonly function: LambdaFunction;

  constructor(scope: Construct, id: string, props: RescuerProps) {
    super(scope, id);
    const { stage, projector, viewControl, workQueue } = props;
    const timeout = Duration.minutes(1);
    this.function = runtimeFunction(this, "Handler", { name: "rescuer", stage, timeout });
    projector.grantReadFailures(this.function);
    viewControl.grantList(this.function);
    workQueue.grantSend(this.function);
    new Rule(this, "Failure", {
      eventPattern: projector.failurePattern,
      targets: [new FunctionTarget(this.function)],
    });
  }
}
