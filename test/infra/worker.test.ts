import { Match } from "aws-cdk-lib/assertions";
import { describe, expect, test } from "vitest";
import { workQueue } from "../../lib/core/system/queues.ts";
import { templateWith } from "./synthesize.ts";

const template = templateWith();
const named = (name: string) => Match.stringLikeRegexp(`^${name}`);

describe("the worker", () => {
  test("takes one piece of work at a time, and tells which failed", () => {
    template.hasResourceProperties("AWS::Lambda::EventSourceMapping", {
      EventSourceArn: { "Fn::GetAtt": [named("WorkQueue"), "Arn"] },
      FunctionName: { Ref: named("WorkerHandlerFunction") },
      BatchSize: 1,
      FunctionResponseTypes: ["ReportBatchItemFailures"],
      ScalingConfig: { MaximumConcurrency: 5 },
    });
  });

  test("is done before its message shows up again", () => {
    const [worker] = Object.values(
      template.findResources("AWS::Lambda::Function", {
        Properties: { Environment: { Variables: { POWERTOOLS_SERVICE_NAME: "worker" } } },
      }),
    );
    expect(worker?.Properties.Timeout).toBeLessThan(workQueue.visibilitySeconds);
  });
});
