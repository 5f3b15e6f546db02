import type { Construct } from "constructs";
import type { EventStore } from "./event-store.ts";
import { StreamConsumer } from "./stream-consumer.ts";
import type { ViewControl } from "./view-control.ts";
import type { Views } from "./views.ts";
import type { WorkQueue } from "./work-queue.ts";

/** What the projector reads and writes. */
export interface ProjectorProps {
  readonly stage: string;
  readonly ephemeral: boolean;
  readonly eventStore: EventStore;
  readonly views: Views;
  readonly viewControl: ViewControl;
  readonly workQueue: WorkQueue;
}

/** The first follower of the log: it fills all views, and queues what it cannot fill at once. */
export class Projector extends StreamConsumer {
  constructor(scope: Construct, id: string, props: ProjectorProps) {
    const { stage, ephemeral, eventStore, views, viewControl, workQueue } = props;
    super(scope, id, { name: "projector", stage, ephemeral, eventStore });
    eventStore.grantRead(this.function);
    views.grantProject(this.function);
    viewControl.grantPark(this.function);
    workQueue.grantSend(this.function);
  }
}
