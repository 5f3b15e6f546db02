import type { Duration } from "aws-cdk-lib";
import { Rule, Schedule } from "aws-cdk-lib/aws-events";
import { LambdaFunction as FunctionTarget } from "aws-cdk-lib/aws-events-targets";
import type { Function as LambdaFunction } from "aws-cdk-lib/aws-lambda";
import { Construct } from "constructs";
import { type RuntimeFunctionProps, runtimeFunction } from "./function.ts";

/** Which function runs, and how often. */
export interface ScheduledFunctionProps extends RuntimeFunctionProps {
  readonly every: Duration;
}

/** A function that runs on a schedule. A run that failed is not repeated: the next one does its work. */
export class ScheduledFunction extends Construct {
  readonly function: LambdaFunction;

  constructor(scope: Construct, id: string, { every, ...props }: ScheduledFunctionProps) {
    super(scope, id);
    this.function = runtimeFunction(this, "Handler", props);
    this.function.configureAsyncInvoke({ retryAttempts: 0 });
    new Rule(this, "Schedule", {
      schedule: Schedule.rate(every),
      targets: [new FunctionTarget(this.function)],
    });
  }
}
