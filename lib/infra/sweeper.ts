import { Duration } from "aws-cdk-lib";
import { Rule, Schedule } from "aws-cdk-lib/aws-events";
import { LambdaFunction as FunctionTarget } from "aws-cdk-lib/aws-events-targets";
import { Construct } from "constructs";
import { runtimeFunction } from "./function.ts";
import type { SubjectKeys } from "./subject-keys.ts";

/** What the sweeper works on. */
export interface SweeperProps {
  readonly stage: string;
  readonly subjectKeys: SubjectKeys;
}

/** Finishes every hour what crashes left behind: keys without an owner, and erasures that were interrupted. */
export class Sweeper extends Construct {
  constructor(scope: Construct, id: string, { stage, subjectKeys }: SweeperProps) {
    super(scope, id);
    const fn = runtimeFunction(this, "Handler", {
      name: "sweeper",
      stage,
      timeout: Duration.minutes(15),
    });
    subjectKeys.grantSweep(fn);
    // A run that failed is not repeated: the next one does its work.
    fn.configureAsyncInvoke({ retryAttempts: 0 });
    new Rule(this, "Schedule", {
      schedule: Schedule.rate(Duration.hours(1)),
      targets: [new FunctionTarget(fn)],
    });
  }
}
