import { Match } from "aws-cdk-lib/assertions";
import { describe, test } from "vitest";
import { templateWith } from "./synthesize.ts";

const template = templateWith();

describe("the rescuer", () => {
  test("is told of every object in the failure buckets of projector and publisher, and of no other", () => {
    template.hasResourceProperties("AWS::Events::Rule", {
      EventPattern: {
        source: ["aws.s3"],
        "detail-type": ["Object Created"],
        detail: {
          bucket: {
            name: [
              { Ref: Match.stringLikeRegexp("^ProjectorFailures") },
              { Ref: Match.stringLikeRegexp("^PublisherFailures") },
            ],
          },
        },
      },
      State: "ENABLED",
      Targets: [
        Match.objectLike({
          Arn: { "Fn::GetAtt": [Match.stringLikeRegexp("^RescuerHandlerFunction"), "Arn"] },
        }),
      ],
    });
  });

  test("knows the work queue, and whose batches lie in which bucket", () => {
    template.hasResourceProperties("AWS::Lambda::Function", {
      Environment: {
        Variables: Match.objectLike({
          POWERTOOLS_SERVICE_NAME: "rescuer",
          WORK_QUEUE_URL: { Ref: Match.stringLikeRegexp("^WorkQueue") },
          PROJECTOR_FAILURES: { Ref: Match.stringLikeRegexp("^ProjectorFailures") },
          PUBLISHER_FAILURES: { Ref: Match.stringLikeRegexp("^PublisherFailures") },
        }),
      },
    });
  });
});
