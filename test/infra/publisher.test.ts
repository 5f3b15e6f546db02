import { Match } from "aws-cdk-lib/assertions";
import { describe, test } from "vitest";
import { templateWith } from "./synthesize.ts";

const template = templateWith();

describe("the publisher", () => {
  test("publishes to a bus of the stack's own", () => {
    template.resourceCountIs("AWS::Events::EventBus", 1);
    template.hasResourceProperties("AWS::Lambda::Function", {
      Environment: {
        Variables: {
          POWERTOOLS_SERVICE_NAME: "publisher",
          EVENT_BUS_NAME: { Ref: Match.stringLikeRegexp("^PublisherBus") },
        },
      },
    });
  });

  test("has the worker publish to the same bus what it could not", () => {
    template.hasResourceProperties("AWS::Lambda::Function", {
      Environment: {
        Variables: {
          POWERTOOLS_SERVICE_NAME: "worker",
          EVENT_BUS_NAME: { Ref: Match.stringLikeRegexp("^PublisherBus") },
        },
      },
    });
  });
});
