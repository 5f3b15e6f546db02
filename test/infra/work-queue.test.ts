import { Match } from "aws-cdk-lib/assertions";
import { describe, test } from "vitest";
import { workQueue } from "../../lib/core/system/queues.ts";
import { templateWith } from "./synthesize.ts";

const template = templateWith();

describe("the work queue", () => {
  test("gives up after so many deliveries, and keeps what it gave up", () => {
    template.hasResourceProperties("AWS::SQS::Queue", {
      RedrivePolicy: {
        deadLetterTargetArn: { "Fn::GetAtt": [Match.stringLikeRegexp("DeadLetters"), "Arn"] },
        maxReceiveCount: workQueue.receivesMax,
      },
      VisibilityTimeout: workQueue.visibilitySeconds,
    });
    template.allResourcesProperties("AWS::SQS::Queue", {
      MessageRetentionPeriod: 14 * 24 * 3600,
      SqsManagedSseEnabled: true,
    });
  });

  test("travels encrypted only", () => {
    template.resourceCountIs("AWS::SQS::QueuePolicy", 2);
    template.allResourcesProperties("AWS::SQS::QueuePolicy", {
      PolicyDocument: {
        Statement: [
          Match.objectLike({
            Effect: "Deny",
            Condition: { Bool: { "aws:SecureTransport": "false" } },
          }),
        ],
      },
    });
  });
});
