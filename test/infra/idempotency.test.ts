import { describe, test } from "vitest";
import { templateWith } from "./synthesize.ts";

describe("the idempotency table", () => {
  test("forgets records by itself", () => {
    templateWith().hasResource("AWS::DynamoDB::GlobalTable", {
      DeletionPolicy: "Delete",
      Properties: {
        KeySchema: [{ AttributeName: "key", KeyType: "HASH" }],
        TimeToLiveSpecification: { AttributeName: "expires", Enabled: true },
      },
    });
  });
});
