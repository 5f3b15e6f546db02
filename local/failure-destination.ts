import { randomUUID } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Discarded } from "./deliver.ts";
import { sequenceOf } from "./stream-record.ts";

/**
 * Keeps what a mapping has given up, one file a batch, as Lambda writes it to an S3 failure destination: when, why,
 * which records of which stream, and the records themselves.
 */
export const keepDiscarded =
  (directory: string, functionName: string) =>
  async ({ reason, records }: Discarded): Promise<void> => {
    const home = join(directory, functionName);
    const timestamp = new Date().toISOString();
    const [first] = records;
    const last = records.at(-1);
    await mkdir(home, { recursive: true });
    const record = {
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
      payload: { Records: records },
    };
    const name = `${timestamp.replaceAll(":", ".")}-${randomUUID()}.json`;
    await writeFile(join(home, name), JSON.stringify(record), { mode: 0o600, flag: "wx" });
  };
