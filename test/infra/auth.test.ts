import { Match } from "aws-cdk-lib/assertions";
import { describe, expect, test } from "vitest";
import { templateWith } from "./synthesize.ts";

describe("without another provider", () => {
  const template = templateWith();

  test("users live in a pool of the stack's own that outlives it", () => {
    template.hasResource("AWS::Cognito::UserPool", {
      DeletionPolicy: "Retain",
      UpdateReplacePolicy: "Retain",
      Properties: { DeletionProtection: "ACTIVE" },
    });
  });

  test("nobody signs up uninvited, and passwords are strong", () => {
    template.hasResourceProperties("AWS::Cognito::UserPool", {
      AdminCreateUserConfig: { AllowAdminCreateUserOnly: true },
      Policies: {
        PasswordPolicy: {
          MinimumLength: 12,
          RequireLowercase: true,
          RequireUppercase: true,
          RequireNumbers: true,
          RequireSymbols: true,
        },
      },
    });
  });

  test("there is a group for each role of the contract", () => {
    const groups = Object.values(template.findResources("AWS::Cognito::UserPoolGroup"));
    expect(groups.map(({ Properties }) => Properties.GroupName)).toEqual(["admin", "auditor"]);
  });

  test("tokens are those of the pool's client, and the client keeps no secret", () => {
    template.hasResourceProperties("AWS::Cognito::UserPoolClient", {
      GenerateSecret: Match.absent(),
      PreventUserExistenceErrors: "ENABLED",
    });
    template.hasResourceProperties("AWS::ApiGatewayV2::Authorizer", {
      AuthorizerType: "JWT",
      JwtConfiguration: {
        Audience: [{ Ref: Match.stringLikeRegexp("^AuthUsersClient") }],
        Issuer: Match.objectLike({
          "Fn::Join": ["", Match.arrayWith([{ Ref: Match.stringLikeRegexp("^AuthUsers") }])],
        }),
      },
    });
  });

  test("the outputs say what to do next, in no particular Region", () => {
    const outputs = template.findOutputs("*");
    expect(Object.keys(outputs).sort()).toEqual([
      "AlarmTopic",
      "ApiUrl",
      "Step1CreateAdmin",
      "Step2GetToken",
      "Step3FirstCall",
      "UserPoolClientId",
      "UserPoolId",
    ]);
    expect(JSON.stringify(outputs)).not.toMatch(/[a-z]{2}-[a-z]+-\d/);
  });
});

describe("with a provider elsewhere", () => {
  const template = templateWith({ issuer: "https://id.example.org/", audience: "web,mobile" });

  test("its tokens are accepted, for the audience that was named", () => {
    template.resourceCountIs("AWS::ApiGatewayV2::Authorizer", 1);
    template.hasResourceProperties("AWS::ApiGatewayV2::Authorizer", {
      AuthorizerType: "JWT",
      JwtConfiguration: { Audience: ["web", "mobile"], Issuer: "https://id.example.org/" },
    });
  });

  test("there is no user pool", () => {
    template.resourceCountIs("AWS::Cognito::UserPool", 0);
    expect(Object.keys(template.findOutputs("*"))).toEqual(["ApiUrl", "AlarmTopic"]);
  });
});
