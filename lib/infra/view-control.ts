import type { Function as LambdaFunction } from "aws-cdk-lib/aws-lambda";
import { Construct } from "constructs";
import { viewControlTable } from "../core/system/tables.ts";
import { DataTable } from "./data-table.ts";

/** How the records are kept. */
export interface ViewControlProps {
  readonly ephemeral: boolean;
}

/** What is recorded of the views: their builds, what is parked, rebuilds and audits. */
export class ViewControl extends Construct {
  readonly table: DataTable;

  constructor(scope: Construct, id: string, { ephemeral }: ViewControlProps) {
    super(scope, id);
    this.table = new DataTable(this, "Table", { definition: viewControlTable, ephemeral });
  }

  /** Lets a function know which builds serve. */
  grantList(fn: LambdaFunction): void {
    this.table.allow(fn, "Query");
  }

  /** Lets a function park what it cannot take in, and record a view on first sight. */
  grantPark(fn: LambdaFunction): void {
    this.table.allow(fn, "BatchGetItem", "PutItem", "Query", "UpdateItem");
  }

  /** Lets a function begin and follow audits, of which only the latest is kept. */
  grantAudit(fn: LambdaFunction): void {
    this.table.allow(fn, "BatchWriteItem", "GetItem", "PutItem", "Query");
  }

  /** Lets a function begin and follow rebuilds, and queue again what is parked. */
  grantOperate(fn: LambdaFunction): void {
    this.table.allow(fn, "GetItem", "PutItem", "Query", "UpdateItem");
  }

  /** Lets a function do all of that, and strike off what is done. */
  grantWork(fn: LambdaFunction): void {
    this.grantPark(fn);
    this.table.allow(fn, "BatchWriteItem", "DeleteItem", "GetItem");
  }
}
