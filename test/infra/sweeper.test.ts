import { Match } from "aws-cdk-lib/assertions";
import { describe, test } from "vitest";
import { templateWith } from "./synthesize.ts";

const template = templateWith();

describe("the sweeper", () => {
  test("runs every hour", () => {
    template.hasResourceProperties("AWS::Events::Rule", {
      ScheduleExpression: "rate(1 hour)",
      State: "ENABLED",
      Targets: [
        Match.objectLike({
          Arn: { "Fn::GetAtt": [Match.stringLikeRegexp("^SweeperHandlerFunction"), "Arn"] },
        }),
      ],
    });
  });

  test("leaves what failed to its next run", () => {
    template.hasResourceProperties("AWS::Lambda::EventInvokeConfig", {
      FunctionName: { Ref: Match.stringLikeRegexp("^SweeperHandlerFunction") },
      MaximumRetryAttempts: 0,
    });
  });
});
