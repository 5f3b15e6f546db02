import { Duration } from "aws-cdk-lib";
import type { Construct } from "constructs";
import type { EventStore } from "./event-store.ts";
import { ScheduledFunction } from "./scheduled-function.ts";
import type { ViewControl } from "./view-control.ts";
import type { WorkQueue } from "./work-queue.ts";

/** What the caretaker looks after. */
export interface CaretakerProps {
  readonly stage: string;
  readonly eventStore: EventStore;
  readonly viewControl: ViewControl;
  readonly workQueue: WorkQueue;
}

/** Looks after the read side every few minutes: queues what crashes have left, and rebuilds views that have changed. */
export class Caretaker extends ScheduledFunction {
  constructor(scope: Construct, id: string, props: CaretakerProps) {
    const { stage, eventStore, viewControl, workQueue } = props;
    const timeout = Duration.minutes(1);
    super(scope, id, { name: "caretaker", stage, timeout, every: Duration.minutes(5) });
    eventStore.grantWalk(this.function);
    viewControl.grantOperate(this.function);
    workQueue.grantSend(this.function);
  }
}
