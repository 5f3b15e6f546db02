import { Stack } from "aws-cdk-lib";
import { Template } from "aws-cdk-lib/assertions";
import { describe, expect, test } from "vitest";
import type { TableDefinition } from "../../lib/core/system/table.ts";
import { DataTable } from "../../lib/infra/data-table.ts";
import { appWith } from "./synthesize.ts";

interface Table {
  readonly DeletionPolicy: string;
  readonly UpdateReplacePolicy: string;
  readonly Properties: {
    readonly Replicas: readonly {
      readonly DeletionProtectionEnabled: boolean;
      readonly PointInTimeRecoverySpecification: { readonly PointInTimeRecoveryEnabled: boolean };
    }[];
  };
}

const protectionOf = (
  holds: TableDefinition["holds"],
  options: { readonly ephemeral?: boolean; readonly recoverable?: boolean } = {},
) => {
  const stack = new Stack(appWith());
  const definition = { name: "table", partitionKey: { name: "key", type: "S" }, holds } as const;
  new DataTable(stack, "Table", { definition, ephemeral: false, ...options });
  const [table] = Object.values(
    Template.fromStack(stack).findResources("AWS::DynamoDB::GlobalTable"),
  ) as Table[];
  const [replica] = table?.Properties.Replicas ?? [];
  return {
    removal: [table?.DeletionPolicy, table?.UpdateReplacePolicy],
    deletionProtected: replica?.DeletionProtectionEnabled,
    recoverable: replica?.PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled,
  };
};

const kept = { removal: ["Retain", "Retain"], deletionProtected: true, recoverable: true };
const disposable = { removal: ["Delete", "Delete"], deletionProtected: false, recoverable: false };

describe("a table is protected as far as what it holds asks for", () => {
  test.each(["log", "keys"] as const)("%s outlive the stack and can be recovered", (holds) => {
    expect(protectionOf(holds)).toEqual(kept);
  });

  test.each(["derived", "transient"] as const)("%s data goes with the stack", (holds) => {
    expect(protectionOf(holds)).toEqual(disposable);
  });

  test("without recovery it is still kept", () => {
    expect(protectionOf("keys", { recoverable: false })).toEqual({ ...kept, recoverable: false });
  });

  test.each(["log", "keys", "derived", "transient"] as const)(
    "%s of an ephemeral stage go with the stack",
    (holds) => {
      expect(protectionOf(holds, { ephemeral: true })).toEqual(disposable);
    },
  );
});
