import { Duration } from "aws-cdk-lib";
import type { Construct } from "constructs";
import { erasurePath } from "./function.ts";
import { ScheduledFunction } from "./scheduled-function.ts";
import type { SubjectKeys } from "./subject-keys.ts";

/** What the sweeper works on. */
export interface SweeperProps {
  readonly stage: string;
  readonly subjectKeys: SubjectKeys;
}

/** Finishes every hour what crashes left behind: keys without an owner, and erasures that were interrupted. */
export class Sweeper extends ScheduledFunction {
  constructor(scope: Construct, id: string, { stage, subjectKeys }: SweeperProps) {
    const timeout = Duration.minutes(15);
    const every = Duration.hours(1);
    super(scope, id, { name: "sweeper", stage, timeout, every, rolePath: erasurePath });
    subjectKeys.grantSweep(this.function);
  }
}
