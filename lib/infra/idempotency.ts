import type { Function as LambdaFunction } from "aws-cdk-lib/aws-lambda";
import { Construct } from "constructs";
import { idempotencyTable } from "../core/system/tables.ts";
import { DataTable } from "./data-table.ts";

/** How the records are kept. */
export interface IdempotencyProps {
  readonly ephemeral: boolean;
}

/** First answers to requests with an idempotency key; they expire by themselves. */
export class Idempotency extends Construct {
  readonly table: DataTable;

  constructor(scope: Construct, id: string, { ephemeral }: IdempotencyProps) {
    super(scope, id);
    this.table = new DataTable(this, "Table", { definition: idempotencyTable, ephemeral });
  }

  /** Lets a function find records and keep new ones, alone or in a transaction with a commit. */
  grantKeep(fn: LambdaFunction): void {
    this.table.allow(fn, "GetItem", "PutItem");
  }
}
