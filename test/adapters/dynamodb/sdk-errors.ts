import {
  type CancellationReason,
  ConditionalCheckFailedException,
  DynamoDBServiceException,
  InternalServerError,
  TransactionCanceledException,
} from "@aws-sdk/client-dynamodb";
import { marshall } from "@aws-sdk/util-dynamodb";

/** What every error of DynamoDB that a client caused has. */
export const facts = { message: "no", $metadata: { httpStatusCode: 400 } };

const item = (value: object) => marshall(value, { removeUndefinedValues: true });

/** A condition that failed, and the item that it met, if that is told. */
export const conditionFailed = (met?: object): ConditionalCheckFailedException =>
  new ConditionalCheckFailedException({ ...facts, ...(met ? { Item: item(met) } : {}) });

/** An error that the SDK has no class for. */
export const unnamed = (name: string): DynamoDBServiceException =>
  new DynamoDBServiceException({ ...facts, name, $fault: "client" });

/** A fault of the store. */
export const internal = new InternalServerError({ ...facts, $metadata: { httpStatusCode: 500 } });

/** A connection that broke. */
export const broken = Object.assign(new Error("socket hang up"), { code: "ECONNRESET" });

/** A cancelled transaction; each action has a code, or the item that its condition failed on. */
export const cancelled = (...reasons: readonly (string | object)[]): TransactionCanceledException =>
  new TransactionCanceledException({
    ...facts,
    CancellationReasons: reasons.map(
      (reason): CancellationReason =>
        typeof reason === "string"
          ? { Code: reason }
          : { Code: "ConditionalCheckFailed", Item: item(reason) },
    ),
  });
