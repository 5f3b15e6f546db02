import { Duration } from "aws-cdk-lib";
import type { Construct } from "constructs";
import type { EventStore } from "./event-store.ts";
import { ScheduledFunction } from "./scheduled-function.ts";
import type { ViewControl } from "./view-control.ts";
import type { WorkQueue } from "./work-queue.ts";

/** What the auditor needs to begin. */
export interface AuditorProps {
  readonly stage: string;
  readonly eventStore: EventStore;
  readonly viewControl: ViewControl;
  readonly workQueue: WorkQueue;
}

/** Begins an audit of the whole log and of every view once a day; the worker carries it out. */
export class Auditor extends ScheduledFunction {
  constructor(scope: Construct, id: string, props: AuditorProps) {
    const { stage, eventStore, viewControl, workQueue } = props;
    const timeout = Duration.minutes(1);
    super(scope, id, { name: "auditor", stage, timeout, every: Duration.days(1) });
    eventStore.grantRead(this.function);
    viewControl.grantAudit(this.function);
    workQueue.grantSend(this.function);
  }
}
