import { Match, Template } from "aws-cdk-lib/assertions";
import { describe, expect, test } from "vitest";
import { plainId } from "./roles.ts";
import { stackWith, templateWith } from "./synthesize.ts";

const ephemeral = templateWith({ ephemeral: "true" });
const [[id = "", removal] = []] = Object.entries(
  ephemeral.findResources("Custom::StageRemoval") as Record<
    string,
    { readonly Properties: { readonly Buckets: readonly { readonly Ref: string }[] } }
  >,
);

describe("what goes with an ephemeral stage", () => {
  test("are the objects of all its buckets", () => {
    const buckets = removal?.Properties.Buckets.map(({ Ref }) => Ref);
    expect(buckets?.toSorted()).toEqual(
      Object.keys(ephemeral.findResources("AWS::S3::Bucket")).sort(),
    );
  });

  test("is removed by a function of our own, which answers by itself", () => {
    ephemeral.hasResourceProperties("Custom::StageRemoval", {
      ServiceToken: { "Fn::GetAtt": [Match.stringLikeRegexp("^StageRemovalHandler"), "Arn"] },
    });
    ephemeral.resourceCountIs("Custom::S3AutoDeleteObjects", 0);
  });

  test("is removed while its role still may, and after everything that could make more of it", () => {
    const before = (ephemeral.toJSON().Resources[id].DependsOn as string[]).map(plainId);
    expect(before).toContain("StageRemovalHandlerRoleDefaultPolicy");
    const resources: Record<string, { readonly DependsOn?: readonly string[] }> =
      ephemeral.toJSON().Resources;
    const after = Object.entries(resources).filter(([, { DependsOn }]) => DependsOn?.includes(id));
    expect(after.map(([each]) => plainId(each)).sort()).toEqual(
      expect.arrayContaining(["CommandFunction", "ProjectorMapping", "PublisherMapping"]),
    );
  });
});

test("a stage that is to last has nothing that could remove its keys with it", () => {
  const lasting = Template.fromStack(stackWith());
  lasting.resourceCountIs("Custom::StageRemoval", 0);
  expect(JSON.stringify(lasting.toJSON())).not.toContain("stage-removal");
});
