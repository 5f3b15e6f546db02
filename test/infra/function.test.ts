import { Match } from "aws-cdk-lib/assertions";
import { describe, expect, test } from "vitest";
import { registry } from "../../lib/domains/index.ts";
import { plainId, rolesIn } from "./roles.ts";
import { templateWith } from "./synthesize.ts";

interface LambdaFunction {
  readonly Properties: {
    readonly Role: { readonly "Fn::GetAtt": readonly [string, string] };
    readonly LoggingConfig: { readonly LogGroup: { readonly Ref: string } };
    readonly Environment: { readonly Variables: Readonly<Record<string, unknown>> };
  };
}

const template = templateWith({ stage: "prod" });
const functions = template.findResources("AWS::Lambda::Function") as Record<string, LambdaFunction>;
const tables = Object.keys(template.findResources("AWS::DynamoDB::GlobalTable")).map(plainId);
const names = new Set([
  "projector",
  "publisher",
  "sweeper",
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
    for (const each of variables) expect(each).toMatchObject({ STAGE: "prod" });
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

describe("every role", () => {
  const kmsKeys = "arn:AWS::Partition:kms:AWS::Region:AWS::AccountId:key/*";
  const traces = ["xray:PutTelemetryRecords", "xray:PutTraceSegments"];
  const stream = [
    "dynamodb:DescribeStream",
    "dynamodb:GetRecords",
    "dynamodb:GetShardIterator",
    "dynamodb:ListStreams",
  ];
  const log = ["logs:CreateLogStream", "logs:PutLogEvents"];

  /** All tables of views are granted alike, so that a new view is no new grant. */
  const withoutViewNames = (granted: Record<string, string[]>): Record<string, string[]> => {
    const merged: Record<string, string[]> = {};
    for (const [resource, actions] of Object.entries(granted)) {
      const name = resource
        .replace(/^ViewsView\w+\.Arn$/, "view")
        .replace(/^ViewsView\w+\.Arn\/index\/\w+$/, "index of a view");
      merged[name] = [...new Set([...(merged[name] ?? []), ...actions])].sort();
    }
    return merged;
  };

  test("may do exactly this", () => {
    const roles = Object.entries(rolesIn(template)).map(
      ([role, granted]) => [role, withoutViewNames(granted)] as const,
    );
    expect(Object.fromEntries(roles)).toEqual({
      CommandRole: {
        "*": ["kms:CreateKey", "kms:TagResource", ...traces],
        "CommandLogs.Arn": log,
        "EventStoreTable.Arn": ["dynamodb:PutItem", "dynamodb:Query"],
        "IdempotencyTable.Arn": ["dynamodb:GetItem", "dynamodb:PutItem"],
        "SubjectKeysTable.Arn": [
          "dynamodb:ConditionCheckItem",
          "dynamodb:DeleteItem",
          "dynamodb:GetItem",
          "dynamodb:PutItem",
        ],
        [kmsKeys]: ["kms:GenerateDataKey"],
      },
      QueryRole: {
        "*": traces,
        "QueryLogs.Arn": log,
        "EventStoreTable.Arn": ["dynamodb:Query"],
        "SubjectKeysTable.Arn": ["dynamodb:BatchGetItem"],
        view: ["dynamodb:GetItem"],
        "index of a view": ["dynamodb:Query"],
        [kmsKeys]: ["kms:Decrypt"],
      },
      SweeperHandlerRole: {
        "*": ["kms:ListKeys", ...traces],
        "SweeperHandlerLogs.Arn": log,
        "SubjectKeysTable.Arn": [
          "dynamodb:BatchWriteItem",
          "dynamodb:DeleteItem",
          "dynamodb:GetItem",
          "dynamodb:PutItem",
          "dynamodb:Query",
          "dynamodb:UpdateItem",
        ],
        [kmsKeys]: [
          "kms:DescribeKey",
          "kms:DisableKey",
          "kms:ListResourceTags",
          "kms:ScheduleKeyDeletion",
        ],
      },
      ProjectorHandlerRole: {
        "*": traces,
        "ProjectorHandlerLogs.Arn": log,
        "EventStoreTable.Arn": ["dynamodb:Query"],
        "EventStoreTable.StreamArn": stream,
        "ProjectorFailures.Arn": ["s3:ListBucket"],
        "ProjectorFailures.Arn/*": ["s3:PutObject"],
        "WorkQueue.Arn": ["sqs:SendMessage"],
        view: ["dynamodb:GetItem", "dynamodb:PutItem"],
      },
      PublisherHandlerRole: {
        "*": traces,
        "PublisherHandlerLogs.Arn": log,
        "EventStoreTable.StreamArn": stream,
        "PublisherBus.Arn": ["events:PutEvents"],
        "PublisherFailures.Arn": ["s3:ListBucket"],
        "PublisherFailures.Arn/*": ["s3:PutObject"],
      },
    });
  });

  test("comes with the name of each table that it may use", () => {
    const roles = rolesIn(template);
    const isTable = (id: string) => tables.includes(id);
    for (const { Properties } of Object.values(functions)) {
      const granted = Object.keys(roles[plainId(Properties.Role["Fn::GetAtt"][0])] ?? {});
      const used = granted.flatMap((resource) => resource.match(/^(\w+)\.Arn$/)?.[1] ?? []);
      const named = Object.entries(Properties.Environment.Variables)
        .filter(([name]) => name.endsWith("_TABLE"))
        .map(([, value]) => plainId((value as { Ref: string }).Ref));
      expect(named.sort()).toEqual(used.filter(isTable).sort());
    }
  });
});
