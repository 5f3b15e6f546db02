import type { Function as LambdaFunction } from "aws-cdk-lib/aws-lambda";
import { Construct } from "constructs";
import type { View } from "../core/view/view.ts";
import { DataTable } from "./data-table.ts";

/** Which views there are. */
export interface ViewsProps {
  readonly views: readonly Pick<View, "kind" | "table">[];
  readonly ephemeral: boolean;
}

type Actions = Readonly<Record<View["kind"], readonly string[]>>;

/** Rows by their keys and in their order, and the checkpoints of rows that many streams share. */
const reading: Actions = {
  document: ["GetItem"],
  ledger: ["BatchGetItem", "Query"],
  tally: ["BatchGetItem", "Query"],
};

/** Rows and checkpoints, each by the mechanism of its kind. */
const projecting: Actions = {
  document: ["GetItem", "PutItem"],
  ledger: ["BatchGetItem", "BatchWriteItem", "UpdateItem"],
  tally: ["BatchGetItem", "PutItem", "UpdateItem"],
};

/** All rows of a table, to audit them, and to remove those of a build that serves no more. */
const sweeping: Actions = {
  document: ["BatchWriteItem", "Scan"],
  ledger: ["BatchWriteItem", "Scan"],
  tally: ["BatchWriteItem", "Scan"],
};

const pascalCase = (name: string): string =>
  name.replace(/(?:^|-)([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

/** The tables of the views: all of them can be filled again from the log, so that none is protected. */
export class Views extends Construct {
  readonly tables: readonly { readonly kind: View["kind"]; readonly table: DataTable }[];

  constructor(scope: Construct, id: string, { views, ephemeral }: ViewsProps) {
    super(scope, id);
    this.tables = views.map(({ kind, table: definition }) => ({
      kind,
      table: new DataTable(this, pascalCase(definition.name), { definition, ephemeral }),
    }));
  }

  /** Lets a function answer queries from the rows and their indexes. */
  grantRead(fn: LambdaFunction): void {
    this.allow(fn, reading);
    for (const { table } of this.tables) table.allowIndexes(fn);
  }

  /** Lets a function apply commits to the rows. */
  grantProject(fn: LambdaFunction): void {
    this.allow(fn, projecting);
  }

  /** Lets a function apply commits, walk all rows, and remove those of old builds. */
  grantMaintain(fn: LambdaFunction): void {
    this.allow(fn, projecting);
    this.allow(fn, sweeping);
  }

  private allow(fn: LambdaFunction, actions: Actions): void {
    for (const { kind, table } of this.tables) table.allow(fn, ...actions[kind]);
  }
}
