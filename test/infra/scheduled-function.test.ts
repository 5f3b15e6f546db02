import { Match } from "aws-cdk-lib/assertions";
import { describe, test } from "vitest";
import { templateWith } from "./synthesize.ts";

const template = templateWith();

describe.each([
  ["Caretaker", "rate(5 minutes)"],
  ["Auditor", "rate(1 day)"],
  ["Sweeper", "rate(1 hour)"],
])("the %s", (name, rate) => {
  test(`runs at ${rate}`, () => {
    template.hasResourceProperties("AWS::Events::Rule", {
      ScheduleExpression: rate,
      State: "ENABLED",
      Targets: [
        Match.objectLike({
          Arn: { "Fn::GetAtt": [Match.stringLikeRegexp(`^${name}HandlerFunction`), "Arn"] },
        }),
      ],
    });
  });

  test("leaves what failed to its next run", () => {
    template.hasResourceProperties("AWS::Lambda::EventInvokeConfig", {
      FunctionName: { Ref: Match.stringLikeRegexp(`^${name}HandlerFunction`) },
      MaximumRetryAttempts: 0,
    });
  });
});
