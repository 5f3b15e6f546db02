import { Duration, RemovalPolicy } from "aws-cdk-lib";
import { Grant } from "aws-cdk-lib/aws-iam";
import {
  EventSourceMapping,
  type Function as LambdaFunction,
  StartingPosition,
} from "aws-cdk-lib/aws-lambda";
import { BlockPublicAccess, Bucket, BucketEncryption } from "aws-cdk-lib/aws-s3";
import { Construct } from "constructs";
import type { EventStore } from "./event-store.ts";
import { runtimeFunction } from "./function.ts";

/** Which function follows the log. */
export interface StreamConsumerProps {
  /** Base name of the entry point. */
  readonly name: string;
  readonly stage: string;
  readonly ephemeral: boolean;
  readonly eventStore: EventStore;
}

/** Days for which notifications that were given up are kept; the commits themselves are in the log. */
const failureDays = 30;

/** A function behind the event table's stream: retries are bounded, and what fails for good is put aside. */
export class StreamConsumer extends Construct {
  readonly function: LambdaFunction;
  /** Notifications that were given up, as Lambda wrote them. */
  readonly failures: Bucket;

  constructor(scope: Construct, id: string, props: StreamConsumerProps) {
    super(scope, id);
    const { name, stage, ephemeral, eventStore } = props;
    const timeout = Duration.minutes(1);
    this.function = runtimeFunction(this, "Handler", { name, stage, timeout });
    this.failures = this.createFailures(ephemeral);
    this.grantFailures();
    eventStore.grantStream(this.function);
    this.follow(eventStore.streamArn);
  }

  private createFailures(ephemeral: boolean): Bucket {
    return new Bucket(this, "Failures", {
      encryption: BucketEncryption.S3_MANAGED,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      lifecycleRules: [{ expiration: Duration.days(failureDays) }],
      removalPolicy: ephemeral ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN,
      autoDeleteObjects: ephemeral,
    });
  }

  /** Lambda writes failures with the function's own role. */
  private grantFailures(): void {
    const { bucketArn } = this.failures;
    const grant = (action: string, resource: string) =>
      Grant.addToPrincipal({ grantee: this.function, actions: [action], resourceArns: [resource] });
    grant("s3:PutObject", this.failures.arnForObjects("*"));
    grant("s3:ListBucket", bucketArn);
  }

  private follow(streamArn: string): void {
    new EventSourceMapping(this, "Mapping", {
      target: this.function,
      eventSourceArn: streamArn,
      startingPosition: StartingPosition.TRIM_HORIZON,
      batchSize: 100,
      maxBatchingWindow: Duration.seconds(0),
      bisectBatchOnError: true,
      reportBatchItemFailures: true,
      retryAttempts: 5,
      // An hour before the stream itself forgets a record, so that it reaches the failures instead.
      maxRecordAge: Duration.hours(23),
      // A queue would receive the address of the records only, not the records.
      supportS3OnFailureDestination: true,
      onFailure: { bind: () => ({ destination: this.failures.bucketArn }) },
    });
  }
}
