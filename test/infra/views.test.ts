import { describe, expect, test } from "vitest";
import type { TableDefinition } from "../../lib/core/system/table.ts";
import { registry } from "../../lib/domains/index.ts";
import { plainId, rolesIn } from "./roles.ts";
import { templateWith } from "./synthesize.ts";

interface Key {
  readonly AttributeName: string;
  readonly KeyType: "HASH" | "RANGE";
}

interface Table {
  readonly DeletionPolicy: string;
  readonly Properties: {
    readonly KeySchema: readonly Key[];
    readonly GlobalSecondaryIndexes?: readonly {
      readonly IndexName: string;
      readonly KeySchema: readonly Key[];
      readonly Projection: { readonly ProjectionType: string };
    }[];
  };
}

const template = templateWith();
const tables = Object.entries(
  template.findResources("AWS::DynamoDB::GlobalTable") as Record<string, Table>,
).filter(([id]) => id.startsWith("ViewsView"));
const definitions = registry.views.map(({ table }): TableDefinition => table);

const keySchema = ({
  partitionKey,
  sortKey,
}: Pick<TableDefinition, "partitionKey" | "sortKey">) => [
  { AttributeName: partitionKey.name, KeyType: "HASH" },
  ...(sortKey ? [{ AttributeName: sortKey.name, KeyType: "RANGE" }] : []),
];

describe("the tables of the views", () => {
  test("are those of the registry, with their keys and indexes", () => {
    const deployed = tables.map(([, { Properties }]) => ({
      keys: Properties.KeySchema,
      indexes: (Properties.GlobalSecondaryIndexes ?? []).map((index) => index),
    }));
    expect(definitions.length).toBeGreaterThan(0);
    expect(deployed).toEqual(
      definitions.map((definition) => ({
        keys: keySchema(definition),
        indexes: (definition.indexes ?? []).map((index) => ({
          IndexName: index.name,
          KeySchema: keySchema(index),
          Projection: { ProjectionType: "ALL" },
        })),
      })),
    );
  });

  test("can be filled again, and so go with the stack", () => {
    for (const [, { DeletionPolicy }] of tables) expect(DeletionPolicy).toBe("Delete");
  });

  test("are written by the projector and the worker alone", () => {
    const ids = new Set(tables.map(([id]) => `${plainId(id)}.Arn`));
    const reads = /:(Query|GetItem|BatchGetItem|Scan)$/;
    const writers = Object.entries(rolesIn(template)).filter(([, granted]) =>
      Object.entries(granted).some(
        ([resource, actions]) => ids.has(resource) && actions.some((action) => !reads.test(action)),
      ),
    );
    expect(writers.map(([role]) => role).sort()).toEqual([
      "ProjectorHandlerRole",
      "WorkerHandlerRole",
    ]);
  });
});
