import { Match } from "aws-cdk-lib/assertions";
import { describe, expect, test } from "vitest";
import { templateWith } from "./synthesize.ts";

const template = templateWith();
const named = (name: string) => Match.stringLikeRegexp(`^${name}`);

describe.each(["Projector", "Publisher"])("the stream of the %s", (name) => {
  test("is retried within bounds, cut down to the bad record, and put aside with the records themselves", () => {
    template.hasResourceProperties("AWS::Lambda::EventSourceMapping", {
      EventSourceArn: { "Fn::GetAtt": [named("EventStoreTable"), "StreamArn"] },
      FunctionName: { Ref: named(`${name}HandlerFunction`) },
      StartingPosition: "TRIM_HORIZON",
      BatchSize: 1_000,
      MaximumBatchingWindowInSeconds: 0,
      BisectBatchOnFunctionError: true,
      FunctionResponseTypes: ["ReportBatchItemFailures"],
      MaximumRetryAttempts: 5,
      MaximumRecordAgeInSeconds: 23 * 3600,
      MetricsConfig: { Metrics: ["EventCount"] },
      DestinationConfig: {
        OnFailure: { Destination: { "Fn::GetAtt": [named(`${name}Failures`), "Arn"] } },
      },
    });
  });
});

describe("failures", () => {
  test("lie in private buckets that outlive the stack and forget after a month", () => {
    template.resourceCountIs("AWS::S3::Bucket", 2);
    template.allResources("AWS::S3::Bucket", {
      DeletionPolicy: "Retain",
      Properties: {
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          BlockPublicPolicy: true,
          IgnorePublicAcls: true,
          RestrictPublicBuckets: true,
        },
        BucketEncryption: Match.anyValue(),
        NotificationConfiguration: { EventBridgeConfiguration: { EventBridgeEnabled: true } },
        LifecycleConfiguration: { Rules: [{ ExpirationInDays: 30, Status: "Enabled" }] },
      },
    });
  });

  test("travel encrypted only", () => {
    template.resourceCountIs("AWS::S3::BucketPolicy", 2);
    template.allResourcesProperties("AWS::S3::BucketPolicy", {
      PolicyDocument: {
        Statement: [
          Match.objectLike({
            Effect: "Deny",
            Action: "s3:*",
            Condition: { Bool: { "aws:SecureTransport": "false" } },
          }),
        ],
      },
    });
  });
});

test("a shard of the log has no more than two readers", () => {
  const readers = Object.values(
    template.findResources("AWS::Lambda::EventSourceMapping", {
      Properties: { EventSourceArn: { "Fn::GetAtt": [named("EventStoreTable"), "StreamArn"] } },
    }),
  );
  expect(readers.length).toBe(2);
});
