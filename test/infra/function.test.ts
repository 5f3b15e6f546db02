import { Match } from "aws-cdk-lib/assertions";
import { describe, expect, test } from "vitest";
import { registry } from "../../lib/domains/index.ts";
import { plainId } from "./roles.ts";
import { templateWith } from "./synthesize.ts";

interface LambdaFunction {
  readonly Properties: {
    readonly LoggingConfig: { readonly LogGroup: { readonly Ref: string } };
    readonly Environment: { readonly Variables: Readonly<Record<string, unknown>> };
  };
}

const template = templateWith({ stage: "prod" });
const functions = template.findResources("AWS::Lambda::Function") as Record<string, LambdaFunction>;
const names = new Set([
  ...["auditor", "caretaker", "projector", "publisher", "rescuer", "sweeper", "worker"],
  ...registry.routes.map(({ handler }) => handler),
]);
describe("every function", () => {
  test("runs the newest Node on ARM, traced", () => {
    template.resourcePropertiesCountIs(
      "AWS::Lambda::Function",
      {
        Runtime: "nodejs24.x",
        Architectures: ["arm64"],
        TracingConfig: { Mode: "Active" },
        MemorySize: 1024,
        Handler: "index.handler",
      },
      names.size,
    );
    template.resourceCountIs("AWS::Lambda::Function", names.size);
  });

  test("knows its name and stage", () => {
    const variables = Object.values(functions).map(
      ({ Properties }) => Properties.Environment.Variables,
    );
    for (const each of variables)
      expect(each).toMatchObject({ STAGE: "prod", POWERTOOLS_METRICS_NAMESPACE: "Everfold/prod" });
    expect(new Set(variables.map((each) => each.POWERTOOLS_SERVICE_NAME))).toEqual(names);
  });

  test("has a log group of its own that forgets after a month", () => {
    const groups = Object.values(functions).map(
      ({ Properties }) => Properties.LoggingConfig.LogGroup.Ref,
    );
    expect(new Set(groups).size).toBe(names.size);
    template.allResourcesProperties("AWS::Logs::LogGroup", { RetentionInDays: 30 });
  });

  test("has a role of its own without managed policies", () => {
    const roles = Object.keys(template.findResources("AWS::IAM::Role")).map(plainId);
    expect(roles.length).toBe(names.size);
    template.allResourcesProperties("AWS::IAM::Role", { ManagedPolicyArns: Match.absent() });
  });

  test("has a generated name", () => {
    template.allResourcesProperties("AWS::Lambda::Function", { FunctionName: Match.absent() });
  });
});
