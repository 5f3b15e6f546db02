import { EventBus } from "aws-cdk-lib/aws-events";
import { Grant } from "aws-cdk-lib/aws-iam";
import type { Function as LambdaFunction } from "aws-cdk-lib/aws-lambda";
import type { Construct } from "constructs";
import type { EventStore } from "./event-store.ts";
import { StreamConsumer } from "./stream-consumer.ts";

/** What the publisher reads. */
export interface PublisherProps {
  readonly stage: string;
  readonly ephemeral: boolean;
  readonly eventStore: EventStore;
}

/** The second follower of the log, and the last that a stream serves well: it tells the world outside of every event. */
export class Publisher extends StreamConsumer {
  readonly bus: EventBus;

  constructor(scope: Construct, id: string, { stage, ephemeral, eventStore }: PublisherProps) {
    super(scope, id, { name: "publisher", stage, ephemeral, eventStore });
    this.bus = new EventBus(this, "Bus", { description: `Events of Everfold, stage ${stage}.` });
    this.grantPublish(this.function);
  }

  /** Lets a function publish. */
  grantPublish(fn: LambdaFunction): void {
    fn.addEnvironment("EVENT_BUS_NAME", this.bus.eventBusName);
    Grant.addToPrincipal({
      grantee: fn,
      actions: ["events:PutEvents"],
      resourceArns: [this.bus.eventBusArn],
    });
  }
}
