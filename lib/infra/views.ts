import type { Function as LambdaFunction } from "aws-cdk-lib/aws-lambda";
import { Construct } from "constructs";
import type { TableDefinition } from "../core/table.ts";
import { DataTable } from "./data-table.ts";

/** Which tables the views need. */
export interface ViewsProps {
  /** Tables that can be filled again from the log: the views' rows, and what is known of their builds. */
  readonly tables: readonly TableDefinition[];
  readonly ephemeral: boolean;
}

const pascalCase = (name: string): string =>
  name.replace(/(?:^|-)([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

/** The tables of the read side: all of them can be rebuilt, so that none is protected. */
export class Views extends Construct {
  readonly tables: readonly DataTable[];

  constructor(scope: Construct, id: string, { tables, ephemeral }: ViewsProps) {
    super(scope, id);
    this.tables = tables.map(
      (definition) => new DataTable(this, pascalCase(definition.name), { definition, ephemeral }),
    );
  }

  /** Lets a function answer queries from the rows and their indexes. */
  grantRead(fn: LambdaFunction): void {
    for (const table of this.tables) {
      table.allow(fn, "GetItem");
      table.allowIndexes(fn);
    }
  }

  /** Lets a function apply commits to the rows. */
  grantProject(fn: LambdaFunction): void {
    for (const table of this.tables) table.allow(fn, "GetItem", "PutItem");
  }
}
