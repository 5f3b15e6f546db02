import { Stack } from "aws-cdk-lib";
import { Match, Template } from "aws-cdk-lib/assertions";
import { Code, Function as LambdaFunction, Runtime } from "aws-cdk-lib/aws-lambda";
import { describe, expect, test } from "vitest";
import type { SubjectKeyMode } from "../../lib/infra/settings.ts";
import { SubjectKeys } from "../../lib/infra/subject-keys.ts";
import { rolesIn } from "./roles.ts";
import { appWith } from "./synthesize.ts";

const everyKey = "arn:AWS::Partition:kms:AWS::Region:AWS::AccountId:key/*";
const sharedKey = "KeysSharedKey.Arn";

const withDuties = (mode: SubjectKeyMode, ephemeral = false): Template => {
  const stack = new Stack(appWith());
  const keys = new SubjectKeys(stack, "Keys", { stage: "prod", mode, ephemeral });
  const fn = (id: string) =>
    new LambdaFunction(stack, id, {
      runtime: Runtime.NODEJS_24_X,
      handler: "index.handler",
      code: Code.fromInline("//"),
    });
  keys.grantSeal(fn("Seal"));
  keys.grantOpen(fn("Open"));
  keys.grantErase(fn("Erase"));
  keys.grantSweep(fn("Sweep"));
  return Template.fromStack(stack);
};

const statementsOn = (template: Template, action: string): { Condition?: unknown }[] =>
  Object.values(template.findResources("AWS::IAM::Policy"))
    .flatMap(({ Properties }) => Properties.PolicyDocument.Statement)
    .filter(({ Action }) => [Action].flat().includes(`kms:${action}`));

const keysOnly = (granted: Record<string, string[]> = {}): Record<string, string[]> =>
  Object.fromEntries(
    Object.entries(granted)
      .map(([resource, actions]) => [resource, actions.filter((each) => each.startsWith("kms:"))])
      .filter(([, actions]) => actions?.length),
  );

const perUser = withDuties("per-user");
const shared = withDuties("shared");

describe("with a key for each user", () => {
  const roles = rolesIn(perUser);

  test("who seals makes keys, and cannot open", () => {
    expect(keysOnly(roles.SealServiceRole)).toEqual({
      "*": ["kms:CreateKey", "kms:TagResource"],
      [everyKey]: ["kms:GenerateDataKey"],
    });
  });

  test("who opens decrypts and nothing else", () => {
    expect(keysOnly(roles.OpenServiceRole)).toEqual({ [everyKey]: ["kms:Decrypt"] });
  });

  test("who erases destroys keys, and can neither seal nor open", () => {
    expect(keysOnly(roles.EraseServiceRole)).toEqual({
      [everyKey]: ["kms:DescribeKey", "kms:DisableKey", "kms:ScheduleKeyDeletion"],
    });
  });

  test("who sweeps also finds keys by their tags", () => {
    expect(keysOnly(roles.SweepServiceRole)).toEqual({
      "*": ["kms:ListKeys"],
      [everyKey]: [
        "kms:DescribeKey",
        "kms:DisableKey",
        "kms:ListResourceTags",
        "kms:ScheduleKeyDeletion",
      ],
    });
  });

  test("a new key is tagged as this stage's, with its claim and nothing else", () => {
    expect(statementsOn(perUser, "CreateKey").map(({ Condition }) => Condition)).toEqual([
      {
        StringEquals: {
          "aws:RequestTag/everfold:stage": "prod",
          "aws:RequestTag/everfold:purpose": "subject-key",
        },
        Null: { "aws:RequestTag/everfold:claim": "false" },
        "ForAllValues:StringEquals": {
          "aws:TagKeys": ["everfold:stage", "everfold:purpose", "everfold:claim"],
        },
        StringEqualsIfExists: { "aws:ResourceTag/everfold:stage": "prod" },
      },
    ]);
  });

  test.each(["GenerateDataKey", "Decrypt", "DescribeKey", "DisableKey", "ScheduleKeyDeletion"])(
    "%s works on keys of this stage only",
    (action) => {
      const statements = statementsOn(perUser, action);
      expect(statements.length).toBeGreaterThan(0);
      for (const { Condition } of statements)
        expect(Condition).toMatchObject({
          StringEquals: {
            "aws:ResourceTag/everfold:stage": "prod",
            "aws:ResourceTag/everfold:purpose": "subject-key",
          },
        });
    },
  );

  test("the table can be recovered, for what is destroyed is the KMS key", () => {
    perUser.hasResource("AWS::DynamoDB::GlobalTable", {
      DeletionPolicy: "Retain",
      Properties: {
        Replicas: [
          Match.objectLike({
            DeletionProtectionEnabled: true,
            PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
          }),
        ],
      },
    });
    perUser.resourceCountIs("AWS::KMS::Key", 0);
  });
});

describe("with one key for all", () => {
  const roles = rolesIn(shared);

  test("nobody makes keys, and duties stay apart", () => {
    expect(keysOnly(roles.SealServiceRole)).toEqual({
      [everyKey]: ["kms:GenerateDataKey"],
      [sharedKey]: ["kms:GenerateDataKey"],
    });
    expect(keysOnly(roles.OpenServiceRole)).toEqual({
      [everyKey]: ["kms:Decrypt"],
      [sharedKey]: ["kms:Decrypt"],
    });
    const destroyOwn = ["kms:DescribeKey", "kms:DisableKey", "kms:ScheduleKeyDeletion"];
    expect(keysOnly(roles.EraseServiceRole)).toEqual({ [everyKey]: destroyOwn });
    expect(keysOnly(roles.SweepServiceRole)).toEqual({ [everyKey]: destroyOwn });
  });

  test.each(["GenerateDataKey", "Decrypt"])("%s needs a user in its context", (action) => {
    for (const { Condition } of statementsOn(shared, action))
      expect(Condition).toMatchObject({ Null: { "kms:EncryptionContext:user": "false" } });
  });

  test("the table cannot be recovered, or erased users would come back", () => {
    shared.hasResource("AWS::DynamoDB::GlobalTable", {
      DeletionPolicy: "Retain",
      Properties: {
        Replicas: [
          Match.objectLike({
            DeletionProtectionEnabled: true,
            PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: false },
          }),
        ],
      },
    });
  });

  test("the key is kept and rotated, and every function is told which it is", () => {
    shared.hasResource("AWS::KMS::Key", {
      DeletionPolicy: "Retain",
      Properties: { EnableKeyRotation: true, PendingWindowInDays: 30 },
    });
    shared.allResourcesProperties("AWS::Lambda::Function", {
      Environment: {
        Variables: {
          SUBJECT_KEYS: "shared",
          SHARED_KEY_ID: { Ref: Match.stringLikeRegexp("^KeysSharedKey") },
        },
      },
    });
  });

  test("the key of an ephemeral stage goes with the stack", () => {
    withDuties("shared", true).hasResource("AWS::KMS::Key", {
      DeletionPolicy: "Delete",
      Properties: { PendingWindowInDays: 7 },
    });
  });
});
