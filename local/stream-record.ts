import type { AttributeValue, _Record as StreamRecord } from "@aws-sdk/client-dynamodb-streams";
import type { DynamoDBRecord, AttributeValue as LambdaValue } from "aws-lambda";

const base64 = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");

const lambdaValue = (value: AttributeValue): LambdaValue => {
  if (value.S !== undefined) return { S: value.S };
  if (value.N !== undefined) return { N: value.N };
  if (value.B !== undefined) return { B: base64(value.B) };
  if (value.M !== undefined) return { M: lambdaItem(value.M) };
  if (value.L !== undefined) return { L: value.L.map(lambdaValue) };
  if (value.BOOL !== undefined) return { BOOL: value.BOOL };
  if (value.NULL !== undefined) return { NULL: value.NULL };
  if (value.SS !== undefined) return { SS: value.SS };
  if (value.NS !== undefined) return { NS: value.NS };
  if (value.BS !== undefined) return { BS: value.BS.map(base64) };
  throw new Error(`A stream record holds an unknown type: ${Object.keys(value).join()}.`);
};

const lambdaItem = (item: Record<string, AttributeValue>): Record<string, LambdaValue> =>
  Object.fromEntries(Object.entries(item).map(([name, value]) => [name, lambdaValue(value)]));

/** Sequence number of a record; "" for one without. */
export const sequenceOf = ({ dynamodb }: DynamoDBRecord): string => dynamodb?.SequenceNumber ?? "";

/** When a record was made, in whole seconds as the stream tells it; 0 for one that does not tell. */
export const createdSecond = ({ dynamodb }: DynamoDBRecord): number =>
  dynamodb?.ApproximateCreationDateTime ?? 0;

/**
 * A record of a stream as Lambda hands it to a function: binary values as base64 text, the time in seconds, and the
 * stream it came from.
 */
export const lambdaRecord = (
  { eventID, eventName, eventVersion, eventSource, awsRegion, dynamodb, ...rest }: StreamRecord,
  streamArn: string,
): DynamoDBRecord => {
  const { Keys, NewImage, OldImage, ApproximateCreationDateTime: time } = dynamodb ?? {};
  const { SequenceNumber, SizeBytes, StreamViewType } = dynamodb ?? {};
  const { userIdentity } = rest;
  return {
    ...(eventID !== undefined && { eventID }),
    ...(eventName !== undefined && { eventName }),
    ...(eventVersion !== undefined && { eventVersion }),
    ...(eventSource !== undefined && { eventSource }),
    ...(awsRegion !== undefined && { awsRegion }),
    dynamodb: {
      ...(time && { ApproximateCreationDateTime: Math.floor(time.getTime() / 1000) }),
      ...(Keys && { Keys: lambdaItem(Keys) }),
      ...(NewImage && { NewImage: lambdaItem(NewImage) }),
      ...(OldImage && { OldImage: lambdaItem(OldImage) }),
      ...(SequenceNumber !== undefined && { SequenceNumber }),
      ...(SizeBytes !== undefined && { SizeBytes }),
      ...(StreamViewType !== undefined && { StreamViewType }),
    },
    ...(userIdentity && {
      userIdentity: { type: userIdentity.Type, principalId: userIdentity.PrincipalId },
    }),
    eventSourceARN: streamArn,
  };
};
