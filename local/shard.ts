import {
  type DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
  ResourceNotFoundException,
  TrimmedDataAccessException,
} from "@aws-sdk/client-dynamodb-streams";
import type { DynamoDBRecord } from "aws-lambda";
import { lambdaRecord, sequenceOf } from "./stream-record.ts";

/** A shard of a stream, and how to reach it. */
export interface ShardAddress {
  readonly client: DynamoDBStreamsClient;
  readonly streamArn: string;
  readonly shard: string;
}

/** What one read gave; `closed` when the shard has nothing more and never will. */
export interface ShardRead {
  readonly records: readonly DynamoDBRecord[];
  readonly closed: boolean;
}

/** Reads a shard from a place on. */
export interface ShardReader {
  read(limit: number): Promise<ShardRead>;
}

const iteratorAt = async (
  { client, streamArn, shard }: ShardAddress,
  type: "TRIM_HORIZON" | "AT_SEQUENCE_NUMBER" | "AFTER_SEQUENCE_NUMBER",
  sequence: string,
): Promise<string | undefined> => {
  const { ShardIterator } = await client.send(
    new GetShardIteratorCommand({
      StreamArn: streamArn,
      ShardId: shard,
      ShardIteratorType: type,
      ...(sequence !== "" && { SequenceNumber: sequence }),
    }),
  );
  return ShardIterator;
};

const getRecords = async (
  { client, streamArn }: ShardAddress,
  iterator: string | undefined,
  limit: number,
): Promise<{ records: readonly DynamoDBRecord[]; next: string | undefined }> => {
  const { Records = [], NextShardIterator } = await client.send(
    new GetRecordsCommand({ ShardIterator: iterator, Limit: limit }),
  );
  return {
    records: Records.map((record) => lambdaRecord(record, streamArn)),
    next: NextShardIterator,
  };
};

/**
 * True while the record that a position names is still in the shard. A position is not trusted without it: the data may
 * have been replaced by older ones, and the stream then goes on below the position.
 */
const isThere = async (address: ShardAddress, sequence: string): Promise<boolean> => {
  try {
    const iterator = await iteratorAt(address, "AT_SEQUENCE_NUMBER", sequence);
    const { records } = await getRecords(address, iterator, 1);
    return records[0] !== undefined && sequenceOf(records[0]) === sequence;
  } catch (error) {
    if (error instanceof TrimmedDataAccessException || error instanceof ResourceNotFoundException)
      return false;
    throw error;
  }
};

/**
 * Reads a shard after the record that a position names, or from its start when that is "" or no longer there. The end
 * of a shard is where no next iterator comes: the embedded engine's open shard tells an ending sequence number too.
 */
export const readShard = async (address: ShardAddress, position: string): Promise<ShardReader> => {
  const known = position !== "" && (await isThere(address, position));
  let iterator = await (known
    ? iteratorAt(address, "AFTER_SEQUENCE_NUMBER", position)
    : iteratorAt(address, "TRIM_HORIZON", ""));
  return {
    read: async (limit) => {
      const { records, next } = await getRecords(address, iterator, limit);
      iterator = next;
      return { records, closed: next === undefined };
    },
  };
};
