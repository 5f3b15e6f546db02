import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import type { DynamoDBRecord, AttributeValue as LambdaValue } from "aws-lambda";
import { type Commit, parseCommit } from "../../core/log/commit.ts";

/** In Lambda's JSON, binary is base64 text; the SDK's functions want bytes. */
const toSdkValue = (value: LambdaValue): AttributeValue => {
  if (value.B !== undefined) return { B: new Uint8Array(Buffer.from(value.B, "base64")) };
  if (value.M !== undefined) return { M: toSdkItem(value.M) };
  if (value.L !== undefined) return { L: value.L.map(toSdkValue) };
  if (value.S !== undefined) return { S: value.S };
  if (value.N !== undefined) return { N: value.N };
  if (value.BOOL !== undefined) return { BOOL: value.BOOL };
  if (value.NULL !== undefined) return { NULL: true };
  throw new Error(`A stream record holds a type that no commit has: ${Object.keys(value).join()}.`);
};

const toSdkItem = (item: Readonly<Record<string, LambdaValue>>): Record<string, AttributeValue> =>
  Object.fromEntries(Object.entries(item).map(([name, value]) => [name, toSdkValue(value)]));

/**
 * The commit that a record of the event table's stream tells of; undefined when the record tells of
 * a change or removal, which nobody may make. Refuses a record without the commit, for then the
 * stream leaves images out.
 */
export const commitOf = ({ eventName, dynamodb }: DynamoDBRecord): Commit | undefined =>
  eventName === "INSERT" ? parseCommit(unmarshall(toSdkItem(dynamodb?.NewImage ?? {}))) : undefined;
