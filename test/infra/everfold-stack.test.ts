import { execFileSync } from "node:child_process";
import { Template } from "aws-cdk-lib/assertions";
import { describe, expect, test } from "vitest";
import { registry } from "../../lib/domains/index.ts";
import { EverfoldStack } from "../../lib/infra/everfold-stack.ts";
import { settingsFrom } from "../../lib/infra/settings.ts";
import { appWith, stackWith } from "./synthesize.ts";

interface Resource {
  readonly Type: string;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
}

const resourcesOf = (template: Template): Record<string, Resource> => template.toJSON().Resources;

const stack = stackWith();
const template = Template.fromStack(stack);
const resources = resourcesOf(template);

// A changed logical id is a new, empty resource beside the old one: never change these.
const holders = {
  EventStoreTable9A84AAAA: "AWS::DynamoDB::GlobalTable",
  SubjectKeysTable711DF2E6: "AWS::DynamoDB::GlobalTable",
  AuthUsersE210B9B0: "AWS::Cognito::UserPool",
  ProjectorFailures0865377C: "AWS::S3::Bucket",
  PublisherFailures439487BC: "AWS::S3::Bucket",
};

describe("what holds data", () => {
  test("keeps its logical id, and outlives the stack", () => {
    const retained = Object.entries(resources).filter(
      ([, { DeletionPolicy }]) => DeletionPolicy === "Retain",
    );
    expect(Object.fromEntries(retained.map(([id, { Type }]) => [id, Type]))).toEqual(holders);
    for (const [, { UpdateReplacePolicy }] of retained) expect(UpdateReplacePolicy).toBe("Retain");
  });

  test("keeps the logical id of the shared key, too", () => {
    const keys = Template.fromStack(stackWith({ subjectKeys: "shared" })).findResources(
      "AWS::KMS::Key",
    );
    expect(Object.keys(keys)).toEqual(["SubjectKeysSharedKey13732160"]);
  });

  test("is guarded by termination protection of the stack", () => {
    expect(stack.terminationProtection).toBe(true);
  });
});

describe("an ephemeral stage", () => {
  const ephemeral = stackWith({ ephemeral: "true", subjectKeys: "shared" });

  test("leaves nothing behind", () => {
    const left = Object.entries(resourcesOf(Template.fromStack(ephemeral))).filter(
      ([, { DeletionPolicy, Properties = {} }]) =>
        DeletionPolicy === "Retain" ||
        JSON.stringify(Properties).match(/"Delet\w+":("ACTIVE"|true)/),
    );
    expect(left).toEqual([]);
  });

  test("can be destroyed at once", () => {
    expect(ephemeral.terminationProtection).toBe(false);
  });
});

describe("stages", () => {
  const app = appWith();
  const stageOf = (stage: string) =>
    new EverfoldStack(app, `everfold-${stage}`, {
      registry,
      settings: { ...settingsFrom(app.node), stage },
    });
  const [one, two] = [stageOf("one"), stageOf("two")];

  test("live side by side: no name in the account is the same in both", () => {
    const namesIn = (stack: EverfoldStack) =>
      Object.values(resourcesOf(Template.fromStack(stack))).flatMap(({ Type, Properties = {} }) =>
        Object.entries(Properties)
          .filter(([key, value]) => /Name$/.test(key) && typeof value === "string")
          .map(([key, value]) => `${Type}.${key}: ${value}`),
      );
    const names = new Set(namesIn(one));
    // Names inside a user pool, an API or a role are no names in the account, and what an alarm watches is not its own.
    const inner =
      /^AWS::(Cognito::UserPoolGroup|ApiGatewayV2::(Authorizer|Stage)|IAM::Policy)\.|^AWS::CloudWatch::Alarm\.Metric/;
    const both = namesIn(two).filter((name) => names.has(name) && !inner.test(name));
    expect(both).toEqual([]);
    expect(one.stackName).not.toBe(two.stackName);
  });

  test("keep their data under the same logical ids", () => {
    for (const each of [one, two])
      expect(resourcesOf(Template.fromStack(each))).toMatchObject(
        Object.fromEntries(Object.entries(holders).map(([id, Type]) => [id, { Type }])),
      );
  });
});

test("a token is asked for with any password that the pool takes, quotes and backslashes apart", () => {
  const { Value } = template.toJSON().Outputs.Step2GetToken;
  const parts: readonly unknown[] = Value["Fn::Join"][1];
  const printed = parts.map((part) => (typeof part === "string" ? part : "id")).join("");
  const password = "a long one, Please 1=$HOME!";
  const fake = `aws() { printf '%s\\n' "$@"; }\n${printed}\nprintf %s "$TOKEN"`;
  const env = { EMAIL: "you@example.com", PASSWORD: password, PATH: process.env.PATH };
  const words = execFileSync("bash", ["--norc", "-ec", fake], { encoding: "utf8", env }).split(
    "\n",
  );
  const parameters = words[words.indexOf("--auth-parameters") + 1] ?? "";
  expect(JSON.parse(parameters)).toEqual({ USERNAME: "you@example.com", PASSWORD: password });
});

test("refuses a table that no construct makes", () => {
  const table = {
    name: "scratch",
    partitionKey: { name: "key", type: "S" },
    holds: "log",
  } as const;
  expect(() => stackWith({}, { tables: [table], routes: [], views: [] })).toThrow(
    "Table scratch has no construct in the stack.",
  );
});
