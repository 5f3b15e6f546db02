import { GetObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import * as z from "zod/mini";
import "../../core/english.ts";
import type { CommitKey } from "../../core/upkeep/recover-batch.ts";

/** Longest record that is read, in bytes: a batch has 6 MB at most, and quoting it doubles it at worst. */
export const failedBatchBytesMax = 16 * 1024 * 1024;

const Batch = z.object({
  Records: z
    .array(
      z.object({
        dynamodb: z.object({
          Keys: z.object({
            stream: z.object({ S: z.string() }),
            version: z.object({ N: z.string().check(z.regex(/^[1-9]\d{0,15}$/)) }),
          }),
        }),
      }),
    )
    .check(z.minLength(1)),
});

/** Where the records of a stream that were given up lie. */
export interface FailedBatchPlace {
  readonly bucket: string;
  readonly key: string;
}

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const FailedInvocation = z.object({
  payload: z.pipe(z.string(), z.pipe(z.transform(jsonOf), Batch)),
});

/**
 * The keys of the event table that a record of a failed invocation tells of. Lambda keeps the batch that it gave up in it
 * as quoted JSON. Refuses a record without a batch of that table. Source of the format: AWS Lambda Developer Guide,
 * "Retain discarded records for a DynamoDB event source", example of an Amazon S3 invocation record.
 */
export const keysIn = (record: string): readonly CommitKey[] => {
  const parsed = FailedInvocation.safeParse(jsonOf(record));
  if (!parsed.success)
    throw new Error(`This is no batch of the event table: ${z.prettifyError(parsed.error)}`);
  return parsed.data.payload.Records.map(({ dynamodb: { Keys } }) => ({
    stream: Keys.stream.S,
    version: Number(Keys.version.N),
  }));
};

/** Reads which commits a batch that was given up tells of; refuses an object that is too large to be one. */
export const readFailedBatch = async (
  client: Pick<S3Client, "send">,
  { bucket, key }: FailedBatchPlace,
): Promise<readonly CommitKey[]> => {
  const { Body, ContentLength = 0 } = await client.send(
    new GetObjectCommand({ Bucket: bucket, Key: key }),
  );
  if (!Body || ContentLength > failedBatchBytesMax)
    throw new Error(`${bucket}/${key} has ${ContentLength} bytes; this is no failed batch.`);
  return keysIn(await Body.transformToString());
};
