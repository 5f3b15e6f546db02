import { Duration } from "aws-cdk-lib";
import { EventSourceMapping, type Function as LambdaFunction } from "aws-cdk-lib/aws-lambda";
import { Construct } from "constructs";
import type { EventStore } from "./event-store.ts";
import { runtimeFunction } from "./function.ts";
import type { ViewControl } from "./view-control.ts";
import type { Views } from "./views.ts";
import type { WorkQueue } from "./work-queue.ts";

/** What the worker reads and writes. */
export interface WorkerProps {
  readonly stage: string;
  readonly eventStore: EventStore;
  readonly views: Views;
  readonly viewControl: ViewControl;
  readonly workQueue: WorkQueue;
}

/** Messages that are worked on at the same time, so that a rebuild leaves some of the account's concurrency to others. */
const concurrencyMax = 5;

/** Does what the read side has put off: catching up, rebuilding, removing old rows, auditing. */
export class Worker extends Construct {
  readonly function: LambdaFunction;

  constructor(scope: Construct, id: string, props: WorkerProps) {
    super(scope, id);
    const { stage, eventStore, views, viewControl, workQueue } = props;
    const timeout = Duration.minutes(5);
    this.function = runtimeFunction(this, "Handler", { name: "worker", stage, timeout });
    eventStore.grantWalk(this.function);
    views.grantMaintain(this.function);
    viewControl.grantWork(this.function);
    workQueue.grantWork(this.function);
    new EventSourceMapping(this, "Mapping", {
      target: this.function,
      eventSourceArn: workQueue.queue.queueArn,
      // A piece of work may take as long as the function may run: one that is long holds up no other.
      batchSize: 1,
      maxConcurrency: concurrencyMax,
      reportBatchItemFailures: true,
    });
  }
}
