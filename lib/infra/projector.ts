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
import type { Views } from "./views.ts";

/** What the projector reads and writes. */
export interface ProjectorProps {
  readonly stage: string;
  readonly ephemeral: boolean;
  readonly eventStore: EventStore;
  readonly views: Views;
}

/** Days for which notifications that could not be handled are kept; the commits themselves are in the log. */
const failureDays = 30;

/** The projector behind the event table's stream: retries are bounded, and what fails for good is put aside. */
export class Projector extends Construct {
  readonly function: LambdaFunction;
  /** Notifications that were given up, as Lambda wrote them. */
  readonly failures: Bucket;

  constructor(scope: Construct, id: string, props: ProjectorProps) {
    super(scope, id);
    const { stage, ephemeral, eventStore, views } = props;
    this.function = runtimeFunction(this, "Handler", {
      name: "projector",
      stage,
      timeout: Duration.minutes(1),
    });
    eventStore.grantRead(this.function);
    eventStore.grantStream(this.function);
    views.grantProject(this.function);
    this.failures = this.createFailures(ephemeral);
    this.grantFailures();
    this.follow(eventStore);
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

  private follow(eventStore: EventStore): void {
    new EventSourceMapping(this, "Mapping", {
      target: this.function,
      eventSourceArn: eventStore.streamArn,
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
