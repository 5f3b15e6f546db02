import { Duration } from "aws-cdk-lib";
import { Grant } from "aws-cdk-lib/aws-iam";
import type { Function as LambdaFunction } from "aws-cdk-lib/aws-lambda";
import { Queue, QueueEncryption, type QueueProps } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";

const guarded: QueueProps = {
  encryption: QueueEncryption.SQS_MANAGED,
  enforceSSL: true,
  retentionPeriod: Duration.days(14),
};

/** Work that the read side puts off. Messages name what to do and carry no data, so that losing the queue loses none. */
export class WorkQueue extends Construct {
  readonly queue: Queue;
  /** Work that failed too often; it waits until someone redrives it. */
  readonly deadLetters: Queue;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.deadLetters = new Queue(this, "DeadLetters", guarded);
    this.queue = new Queue(this, "Queue", {
      ...guarded,
      visibilityTimeout: Duration.minutes(5),
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: 5 },
    });
  }

  /** Lets a function put work off. */
  grantSend(fn: LambdaFunction): void {
    fn.addEnvironment("WORK_QUEUE_URL", this.queue.queueUrl);
    Grant.addToPrincipal({
      grantee: fn,
      actions: ["sqs:SendMessage"],
      resourceArns: [this.queue.queueArn],
    });
  }
}
