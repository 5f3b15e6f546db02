import { randomUUID } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Discarded } from "./deliver.ts";
import { sequenceOf } from "./stream-record.ts";

/** An object that was made in a bucket. */
export interface CreatedObject {
  readonly bucket: string;
  readonly key: string;
}

/** As Lambda names it: the mapping, here by its function, then the day. */
const keyOf = (functionName: string, timestamp: string): string => {
  const day = timestamp.slice(0, 10).replaceAll("-", "/");
  const second = timestamp.slice(0, 19).replaceAll(":", ".");
  return `aws/lambda/${functionName}/${day}/${second}-${randomUUID()}`;
};

const recordOf = (functionName: string, timestamp: string, { reason, records }: Discarded) => {
  const [first] = records;
  const last = records.at(-1);
  return {
    requestContext: { functionArn: functionName, condition: "RetryAttemptsExhausted" },
    reason,
    version: "1.0",
    timestamp,
    DDBStreamBatchInfo: {
      startSequenceNumber: first && sequenceOf(first),
      endSequenceNumber: last && sequenceOf(last),
      batchSize: records.length,
      streamArn: first?.eventSourceARN,
    },
    payload: JSON.stringify({ Records: records }),
  };
};

/**
 * Keeps what a mapping has given up, one file a batch in a directory that stands for a bucket, as Lambda writes it to
 * an S3 failure destination: when, why, which records of which stream, and the records themselves. Then tells of it.
 */
export const keepDiscarded =
  (
    directory: string,
    functionName: string,
    onCreated: (created: CreatedObject) => Promise<void> = async () => undefined,
  ) =>
  async (discarded: Discarded): Promise<void> => {
    const timestamp = new Date().toISOString();
    const key = keyOf(functionName, timestamp);
    const path = join(directory, functionName, key);
    const record = recordOf(functionName, timestamp, discarded);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, JSON.stringify(record), { mode: 0o600, flag: "wx" });
    await onCreated({ bucket: functionName, key });
  };
