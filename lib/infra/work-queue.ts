import { Duration } from "aws-cdk-lib";
import { Grant } from "aws-cdk-lib/aws-iam";
import type { Function as LambdaFunction } from "aws-cdk-lib/aws-lambda";
import { Queue, QueueEncryption, type QueueProps } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import { workQueue } from "../core/system/queues.ts";

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
    const { visibilitySeconds, receivesMax } = workQueue;
    this.deadLetters = new Queue(this, "DeadLetters", guarded);
    this.queue = new Queue(this, "Queue", {
      ...guarded,
      visibilityTimeout: Duration.seconds(visibilitySeconds),
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: receivesMax },
    });
  }

  /** Lets a function put work off. */
  grantSend(fn: LambdaFunction): void {
    fn.addEnvironment("WORK_QUEUE_URL", this.queue.queueUrl);
    this.allow(fn, this.queue, "SendMessage");
  }

  /** Lets a function take work, put the rest of it off, and decide when what failed is tried again. */
  grantWork(fn: LambdaFunction): void {
    this.grantSend(fn);
    this.allow(
      fn,
      this.queue,
      "ReceiveMessage",
      "DeleteMessage",
      "GetQueueAttributes",
      "ChangeMessageVisibility",
    );
  }

  /** Lets a function count what was given up, and queue it again. */
  grantRedrive(fn: LambdaFunction): void {
    this.grantSend(fn);
    fn.addEnvironment("DEAD_LETTER_QUEUE_URL", this.deadLetters.queueUrl);
    this.allow(fn, this.deadLetters, "ReceiveMessage", "DeleteMessage", "GetQueueAttributes");
  }

  private allow(fn: LambdaFunction, queue: Queue, ...actions: readonly string[]): void {
    Grant.addToPrincipal({
      grantee: fn,
      actions: actions.map((action) => `sqs:${action}`),
      resourceArns: [queue.queueArn],
    });
  }
}
