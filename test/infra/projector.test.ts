import { Match } from "aws-cdk-lib/assertions";
import { describe, test } from "vitest";
import { templateWith } from "./synthesize.ts";

describe("the projector", () => {
  test("knows where to put off what it cannot take in", () => {
    templateWith().hasResourceProperties("AWS::Lambda::Function", {
      Environment: {
        Variables: {
          POWERTOOLS_SERVICE_NAME: "projector",
          WORK_QUEUE_URL: { Ref: Match.stringLikeRegexp("^WorkQueue") },
        },
      },
    });
  });
});
