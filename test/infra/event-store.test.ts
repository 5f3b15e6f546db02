import { Match } from "aws-cdk-lib/assertions";
import { describe, expect, test } from "vitest";
import { rolesIn } from "./roles.ts";
import { templateWith } from "./synthesize.ts";

const template = templateWith();
const eventTable = {
  KeySchema: [
    { AttributeName: "stream", KeyType: "HASH" },
    { AttributeName: "version", KeyType: "RANGE" },
  ],
};

describe("the event table", () => {
  test("is retained, recoverable, protected from deletion and billed on demand", () => {
    template.hasResource("AWS::DynamoDB::GlobalTable", {
      DeletionPolicy: "Retain",
      UpdateReplacePolicy: "Retain",
      Properties: {
        ...eventTable,
        BillingMode: "PAY_PER_REQUEST",
        StreamSpecification: { StreamViewType: "NEW_IMAGE" },
        Replicas: [
          Match.objectLike({
            DeletionProtectionEnabled: true,
            PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
          }),
        ],
      },
    });
  });

  test.each([{}, { ephemeral: "true" }])(
    "denies everyone every way to change or remove an item (%j)",
    (options) => {
      templateWith(options).hasResourceProperties("AWS::DynamoDB::GlobalTable", {
        ...eventTable,
        Replicas: [
          Match.objectLike({
            ResourcePolicy: {
              PolicyDocument: {
                Statement: [
                  {
                    Effect: "Deny",
                    Principal: "*",
                    Action: [
                      "dynamodb:BatchWriteItem",
                      "dynamodb:DeleteItem",
                      "dynamodb:PartiQLDelete",
                      "dynamodb:PartiQLInsert",
                      "dynamodb:PartiQLUpdate",
                      "dynamodb:UpdateItem",
                      "dynamodb:UpdateTimeToLive",
                    ],
                    Resource: "*",
                  },
                ],
                Version: "2012-10-17",
              },
            },
          }),
        ],
      });
    },
  );

  test("is written by the command function alone", () => {
    const roles = Object.entries(rolesIn(template));
    const writers = roles.filter(([, granted]) =>
      granted["EventStoreTable.Arn"]?.some((action) => !/:(Query|GetItem|Scan)$/.test(action)),
    );
    expect(writers.map(([role]) => role)).toEqual(["CommandRole"]);
  });
});
