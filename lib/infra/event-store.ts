import { Grant } from "aws-cdk-lib/aws-iam";
import type { Function as LambdaFunction } from "aws-cdk-lib/aws-lambda";
import { Construct } from "constructs";
import { eventTable } from "../core/system/tables.ts";
import { DataTable } from "./data-table.ts";

/** How the event store is made. */
export interface EventStoreProps {
  readonly ephemeral: boolean;
}

/** Every way to change or remove an item. Commits are put one by one or in a transaction of puts, and never again touched. */
const editing = [
  "dynamodb:UpdateItem",
  "dynamodb:DeleteItem",
  "dynamodb:BatchWriteItem",
  "dynamodb:PartiQLInsert",
  "dynamodb:PartiQLUpdate",
  "dynamodb:PartiQLDelete",
  "dynamodb:UpdateTimeToLive",
] as const;

/** The event table: retained, recoverable, and closed to everyone for updates and deletes. */
export class EventStore extends Construct {
  readonly table: DataTable;

  constructor(scope: Construct, id: string, { ephemeral }: EventStoreProps) {
    super(scope, id);
    this.table = new DataTable(this, "Table", {
      definition: eventTable,
      ephemeral,
      deniedToAll: editing,
    });
  }

  /** Lets a function read streams. */
  grantRead(fn: LambdaFunction): void {
    this.table.allow(fn, "Query");
  }

  /** Lets a function read streams and add commits, alone or in a transaction. */
  grantAppend(fn: LambdaFunction): void {
    this.table.allow(fn, "Query", "PutItem");
  }

  /** Lets a function read streams, and walk the whole log. */
  grantWalk(fn: LambdaFunction): void {
    this.table.allow(fn, "Query", "Scan");
  }

  /** Lets a function be notified of commits. */
  grantStream(fn: LambdaFunction): void {
    Grant.addToPrincipal({
      grantee: fn,
      actions: ["DescribeStream", "GetRecords", "GetShardIterator", "ListStreams"].map(
        (action) => `dynamodb:${action}`,
      ),
      resourceArns: [this.streamArn],
    });
  }

  /** Address of the table's stream. */
  get streamArn(): string {
    const { tableStreamArn } = this.table;
    if (tableStreamArn === undefined) throw new Error(`Table ${eventTable.name} has no stream.`);
    return tableStreamArn;
  }
}
