import { describe, expect, test } from "vitest";
import { registry } from "../../lib/domains/index.ts";
import { plainId, rolesIn } from "./roles.ts";
import { templateWith } from "./synthesize.ts";

interface LambdaFunction {
  readonly Properties: {
    readonly Role: { readonly "Fn::GetAtt": readonly [string, string] };
    readonly Environment: { readonly Variables: Readonly<Record<string, { Ref?: string }>> };
  };
}

const template = templateWith();
const roles = rolesIn(template);

const viewId = (name: string): string =>
  `Views${name.replace(/(?:^|-)([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())}`;
const kinds = new Map(registry.views.map(({ kind, table }) => [viewId(table.name), kind]));

/** Tables of one kind of view are granted alike, so that a new view is no new grant. */
const byKind = (granted: Record<string, string[]>): Record<string, string[]> => {
  const merged: Record<string, string[]> = {};
  for (const [resource, actions] of Object.entries(granted)) {
    const [table = "", index] = resource.split(".Arn");
    const kind = kinds.get(table);
    const name = kind ? (index ? `index of a ${kind}` : kind) : resource;
    merged[name] = [...new Set([...(merged[name] ?? []), ...actions])].sort();
  }
  return merged;
};

const traces = ["xray:PutTelemetryRecords", "xray:PutTraceSegments"];
const logs = ["logs:CreateLogStream", "logs:PutLogEvents"];
const keys = "arn:AWS::Partition:kms:AWS::Region:AWS::AccountId:key/*";
const on = (service: string, ...actions: string[]) => actions.map((each) => `${service}:${each}`);
const dynamodb = (...actions: string[]) => on("dynamodb", ...actions);
const stream = dynamodb("DescribeStream", "GetRecords", "GetShardIterator", "ListStreams");
const failures = (name: string) => ({
  [`${name}Failures.Arn`]: ["s3:ListBucket"],
  [`${name}Failures.Arn/*`]: ["s3:PutObject"],
});
const operating = {
  "EventStoreTable.Arn": dynamodb("Query"),
  "ViewControlTable.Arn": dynamodb("GetItem", "PutItem", "Query", "UpdateItem"),
  "WorkQueue.Arn": ["sqs:SendMessage"],
};
const erasing = {
  "SubjectKeysTable.Arn": dynamodb(
    ...["BatchWriteItem", "DeleteItem", "GetItem", "PutItem", "Query", "UpdateItem"],
  ),
  [keys]: on("kms", "DescribeKey", "DisableKey", "ScheduleKeyDeletion"),
};

const allowed: Record<string, Record<string, string[]>> = {
  Command: {
    "*": ["kms:CreateKey", "kms:TagResource", ...traces],
    "EventStoreTable.Arn": dynamodb("PutItem", "Query"),
    "IdempotencyTable.Arn": dynamodb("GetItem", "PutItem"),
    "SubjectKeysTable.Arn": dynamodb("ConditionCheckItem", "DeleteItem", "GetItem", "PutItem"),
    [keys]: ["kms:GenerateDataKey"],
  },
  Query: {
    "EventStoreTable.Arn": dynamodb("Query"),
    "SubjectKeysTable.Arn": dynamodb("BatchGetItem"),
    "ViewControlTable.Arn": dynamodb("Query"),
    document: dynamodb("GetItem"),
    "index of a document": dynamodb("Query"),
    ledger: dynamodb("BatchGetItem", "Query"),
    tally: dynamodb("BatchGetItem", "Query"),
    "index of a tally": dynamodb("Query"),
    [keys]: ["kms:Decrypt"],
  },
  People: erasing,
  Operations: {
    ...operating,
    "ViewControlTable.Arn": dynamodb(
      ...["BatchWriteItem", "GetItem", "PutItem", "Query", "UpdateItem"],
    ),
    "WorkQueueDeadLetters.Arn": on(
      "sqs",
      ...["DeleteMessage", "GetQueueAttributes", "ReceiveMessage"],
    ),
  },
  ProjectorHandler: {
    "EventStoreTable.Arn": dynamodb("Query"),
    "EventStoreTable.StreamArn": stream,
    "ViewControlTable.Arn": dynamodb("BatchGetItem", "PutItem", "Query", "UpdateItem"),
    "WorkQueue.Arn": ["sqs:SendMessage"],
    document: dynamodb("GetItem", "PutItem"),
    ledger: dynamodb("BatchGetItem", "BatchWriteItem", "UpdateItem"),
    tally: dynamodb("BatchGetItem", "PutItem", "UpdateItem"),
    ...failures("Projector"),
  },
  PublisherHandler: {
    "EventStoreTable.StreamArn": stream,
    "PublisherBus.Arn": ["events:PutEvents"],
    ...failures("Publisher"),
  },
  WorkerHandler: {
    "EventStoreTable.Arn": dynamodb("Query", "Scan"),
    "ViewControlTable.Arn": dynamodb(
      ...["BatchGetItem", "BatchWriteItem", "DeleteItem", "GetItem"],
      ...["PutItem", "Query", "UpdateItem"],
    ),
    "WorkQueue.Arn": on(
      "sqs",
      ...["ChangeMessageVisibility", "DeleteMessage", "GetQueueAttributes"],
      ...["ReceiveMessage", "SendMessage"],
    ),
    "PublisherBus.Arn": ["events:PutEvents"],
    document: dynamodb("BatchWriteItem", "GetItem", "PutItem", "Scan"),
    ledger: dynamodb("BatchGetItem", "BatchWriteItem", "Scan", "UpdateItem"),
    tally: dynamodb("BatchGetItem", "BatchWriteItem", "PutItem", "Scan", "UpdateItem"),
  },
  CaretakerHandler: { ...operating, "EventStoreTable.Arn": dynamodb("Query", "Scan") },
  AuditorHandler: {
    ...operating,
    "ViewControlTable.Arn": dynamodb("BatchWriteItem", "GetItem", "PutItem", "Query"),
  },
  RescuerHandler: {
    "ProjectorFailures.Arn/*": ["s3:GetObject"],
    "PublisherFailures.Arn/*": ["s3:GetObject"],
    "ViewControlTable.Arn": dynamodb("Query"),
    "WorkQueue.Arn": ["sqs:SendMessage"],
  },
  SweeperHandler: {
    "*": ["kms:ListKeys", ...traces],
    ...erasing,
    [keys]: on("kms", "DescribeKey", "DisableKey", "ListResourceTags", "ScheduleKeyDeletion"),
  },
};

test("only the query function decrypts", () => {
  const who = Object.entries(roles).filter(([, granted]) =>
    Object.values(granted).flat().includes("kms:Decrypt"),
  );
  expect(who.map(([role]) => role)).toEqual(["QueryRole"]);
});

describe("the role of", () => {
  test("nobody else exists", () => {
    const expected = Object.keys(allowed).map((name) => `${name}Role`);
    expect(Object.keys(roles).sort()).toEqual(expected.sort());
  });

  test.each(Object.entries(allowed))("%s may do exactly this", (name, granted) => {
    const own = { "*": traces, [`${name}Logs.Arn`]: logs };
    expect(byKind(roles[`${name}Role`] ?? {})).toEqual({ ...own, ...granted });
  });
});

describe("the role that takes an ephemeral stage along", () => {
  const of = rolesIn(templateWith({ ephemeral: "true" }));

  test("may do exactly this", () => {
    expect(of.StageRemovalHandlerRole).toEqual({
      "*": ["kms:ListKeys", ...traces],
      "StageRemovalHandlerLogs.Arn": logs,
      "ProjectorFailures.Arn": ["s3:ListBucket"],
      "ProjectorFailures.Arn/*": ["s3:DeleteObject"],
      "PublisherFailures.Arn": ["s3:ListBucket"],
      "PublisherFailures.Arn/*": ["s3:DeleteObject"],
      [keys]: on("kms", "DescribeKey", "ListResourceTags", "ScheduleKeyDeletion"),
    });
  });

  test("is the only one that such a stage has besides", () => {
    expect(Object.keys(of).filter((name) => !(name in roles))).toEqual(["StageRemovalHandlerRole"]);
  });
});

test("roles that may destroy keys stand apart from all others", () => {
  const destroyers = Object.entries(
    template.findResources("AWS::IAM::Role", { Properties: { Path: "/everfold/erasure/" } }),
  );
  expect(destroyers.map(([id]) => plainId(id)).sort()).toEqual([
    "PeopleRole",
    "SweeperHandlerRole",
  ]);
  const able = Object.entries(roles).filter(([, granted]) =>
    Object.values(granted).flat().includes("kms:ScheduleKeyDeletion"),
  );
  expect(able.map(([role]) => role).sort()).toEqual(["PeopleRole", "SweeperHandlerRole"]);
});

test("every function knows the name of each table that it may use", () => {
  const tables = new Set(
    Object.keys(template.findResources("AWS::DynamoDB::GlobalTable")).map(plainId),
  );
  const functions = Object.values(
    template.findResources("AWS::Lambda::Function") as Record<string, LambdaFunction>,
  );
  for (const { Properties } of functions) {
    const granted = Object.keys(roles[plainId(Properties.Role["Fn::GetAtt"][0])] ?? {});
    const used = granted.flatMap((resource) => resource.match(/^(\w+)\.Arn$/)?.[1] ?? []);
    const named = Object.entries(Properties.Environment.Variables)
      .filter(([variable]) => variable.endsWith("_TABLE"))
      .map(([, { Ref = "" }]) => plainId(Ref));
    expect(named.sort()).toEqual(used.filter((id) => tables.has(id)).sort());
  }
});
