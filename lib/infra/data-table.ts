import { RemovalPolicy } from "aws-cdk-lib";
import {
  type Attribute,
  AttributeType,
  Billing,
  StreamViewType,
  TableV2,
} from "aws-cdk-lib/aws-dynamodb";
import { Effect, Grant, PolicyDocument, PolicyStatement, StarPrincipal } from "aws-cdk-lib/aws-iam";
import type { Function as LambdaFunction } from "aws-cdk-lib/aws-lambda";
import type { Construct } from "constructs";
import { type KeyAttribute, type TableDefinition, tableVariable } from "../core/system/table.ts";

/** How a table is made, beside its definition. */
export interface DataTableProps {
  readonly definition: TableDefinition;
  /** True: unprotected, whatever the table holds. */
  readonly ephemeral: boolean;
  /** False: no point-in-time recovery, even where the definition calls for it. */
  readonly recoverable?: boolean;
  /** Actions that nobody may use on the items, whatever their role says. */
  readonly deniedToAll?: readonly string[];
}

const attributeTypes = {
  S: AttributeType.STRING,
  N: AttributeType.NUMBER,
  B: AttributeType.BINARY,
} as const satisfies Record<KeyAttribute["type"], AttributeType>;

/** True: what the table holds cannot be made again, so that the table outlives mistakes and the stack. */
const isIrreplaceable = {
  log: true,
  keys: true,
  derived: false,
  transient: false,
} as const satisfies Record<TableDefinition["holds"], boolean>;

const attribute = ({ name, type }: KeyAttribute): Attribute => ({
  name,
  type: attributeTypes[type],
});

const denial = (actions: readonly string[]): PolicyDocument =>
  new PolicyDocument({
    statements: [
      new PolicyStatement({
        effect: Effect.DENY,
        principals: [new StarPrincipal()],
        actions: [...actions],
        resources: ["*"],
      }),
    ],
  });

/** A table of the stack, made from its definition and protected as far as what it holds asks for. */
export class DataTable extends TableV2 {
  readonly definition: TableDefinition;

  constructor(scope: Construct, id: string, props: DataTableProps) {
    const { definition, ephemeral, recoverable = true, deniedToAll } = props;
    const { partitionKey, sortKey, indexes, stream, timeToLive, holds } = definition;
    const isProtected = isIrreplaceable[holds] && !ephemeral;
    super(scope, id, {
      partitionKey: attribute(partitionKey),
      ...(sortKey && { sortKey: attribute(sortKey) }),
      ...(indexes && {
        globalSecondaryIndexes: indexes.map((index) => ({
          indexName: index.name,
          partitionKey: attribute(index.partitionKey),
          sortKey: attribute(index.sortKey),
        })),
      }),
      ...(stream && { dynamoStream: StreamViewType.NEW_IMAGE }),
      ...(timeToLive && { timeToLiveAttribute: timeToLive }),
      ...(deniedToAll && { resourcePolicy: denial(deniedToAll) }),
      billing: Billing.onDemand(),
      deletionProtection: isProtected,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: isProtected && recoverable },
      removalPolicy: isProtected ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    this.definition = definition;
  }

  /** Lets a function use these actions on the table, and tells it the table's name. */
  allow(fn: LambdaFunction, ...actions: readonly string[]): void {
    fn.addEnvironment(tableVariable(this.definition), this.tableName);
    Grant.addToPrincipal({
      grantee: fn,
      actions: actions.map((action) => `dynamodb:${action}`),
      resourceArns: [this.tableArn],
    });
  }

  /** Lets a function query the table's indexes, where it has any. */
  allowIndexes(fn: LambdaFunction): void {
    const { indexes = [] } = this.definition;
    if (indexes.length === 0) return;
    Grant.addToPrincipal({
      grantee: fn,
      actions: ["dynamodb:Query"],
      resourceArns: indexes.map(({ name }) => `${this.tableArn}/index/${name}`),
    });
  }
}
