import { Duration, RemovalPolicy } from "aws-cdk-lib";
import { Metric } from "aws-cdk-lib/aws-cloudwatch";
import { Grant } from "aws-cdk-lib/aws-iam";
import {
  EventSourceMapping,
  type Function as LambdaFunction,
  MetricType,
  StartingPosition,
} from "aws-cdk-lib/aws-lambda";
import { BlockPublicAccess, Bucket, BucketEncryption, CfnBucket } from "aws-cdk-lib/aws-s3";
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
  readonly mapping: EventSourceMapping;
  readonly #name: string;

  constructor(scope: Construct, id: string, props: StreamConsumerProps) {
    super(scope, id);
    const { name, stage, ephemeral, eventStore } = props;
    this.#name = name;
    const timeout = Duration.minutes(1);
    this.function = runtimeFunction(this, "Handler", { name, stage, timeout });
    this.failures = this.createFailures(ephemeral);
    this.grantFailures();
    eventStore.grantStream(this.function);
    this.mapping = this.follow(eventStore.streamArn);
  }

  /** Batches that were put aside. */
  get failedBatches(): Metric {
    return new Metric({
      namespace: "AWS/Lambda",
      metricName: "OnFailureDestinationDeliveredEventCount",
      dimensionsMap: { EventSourceMappingUUID: this.mapping.eventSourceMappingId },
      statistic: "Sum",
    });
  }

  /** Lets a function read what was put aside, and tells it whose batches lie in this bucket. */
  grantReadFailures(fn: LambdaFunction): void {
    fn.addEnvironment(`${this.#name.toUpperCase()}_FAILURES`, this.failures.bucketName);
    this.grant(fn, "s3:GetObject", this.failures.arnForObjects("*"));
  }

  /** Lets a function throw away everything that was put aside. */
  grantEmptyFailures(fn: LambdaFunction): void {
    this.grant(fn, "s3:ListBucket", this.failures.bucketArn);
    this.grant(fn, "s3:DeleteObject", this.failures.arnForObjects("*"));
  }

  private createFailures(ephemeral: boolean): Bucket {
    const bucket = new Bucket(this, "Failures", {
      encryption: BucketEncryption.S3_MANAGED,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      lifecycleRules: [{ expiration: Duration.days(failureDays) }],
      removalPolicy: ephemeral ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN,
    });
    // The CDK's own way is a function of its own in Python, which may change every bucket of the account.
    if (bucket.node.defaultChild instanceof CfnBucket)
      bucket.node.defaultChild.notificationConfiguration = {
        eventBridgeConfiguration: { eventBridgeEnabled: true },
      };
    return bucket;
  }

  /** Lambda writes failures with the function's own role. */
  private grantFailures(): void {
    this.grant(this.function, "s3:PutObject", this.failures.arnForObjects("*"));
    this.grant(this.function, "s3:ListBucket", this.failures.bucketArn);
  }

  private grant(grantee: LambdaFunction, action: string, resource: string): void {
    Grant.addToPrincipal({ grantee, actions: [action], resourceArns: [resource] });
  }

  private follow(streamArn: string): EventSourceMapping {
    return new EventSourceMapping(this, "Mapping", {
      target: this.function,
      eventSourceArn: streamArn,
      startingPosition: StartingPosition.TRIM_HORIZON,
      // Small ones are not waited for; of many, a stream's events are folded into one row.
      batchSize: 1_000,
      maxBatchingWindow: Duration.seconds(0),
      bisectBatchOnError: true,
      reportBatchItemFailures: true,
      retryAttempts: 5,
      // An hour before the stream itself forgets a record, so that it reaches the failures instead.
      maxRecordAge: Duration.hours(23),
      metricsConfig: { metrics: [MetricType.EVENT_COUNT] },
      // A queue would receive the address of the records only, not the records.
      supportS3OnFailureDestination: true,
      onFailure: { bind: () => ({ destination: this.failures.bucketArn }) },
    });
  }
}
