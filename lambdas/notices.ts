import type { DynamoDBRecord, DynamoDBStreamEvent } from "aws-lambda";
import { commitOf } from "../lib/adapters/dynamodb/stream-record.ts";
import type { Commit } from "../lib/core/log/commit.ts";

/** What a record of the event table's stream tells of; `changed`: a commit was changed or removed, which nobody may do. */
export interface Notice {
  readonly stream: string;
  readonly sequenceNumber: string;
  readonly of: Commit | "changed" | "unreadable";
}

/** Where it is told what is out of the ordinary. */
interface Log {
  error(message: string, facts: Readonly<Record<string, unknown>>): void;
}

const read = (logger: Log, record: DynamoDBRecord): Notice["of"] => {
  const { Keys: keys } = record.dynamodb ?? {};
  try {
    const commit = commitOf(record);
    if (commit) return commit;
    logger.error("The event table was changed.", { keys });
    return "changed";
  } catch (error) {
    logger.error("A commit could not be read.", { keys, error });
    return "unreadable";
  }
};

/** What a batch tells of, record by record; one that cannot be read is told of in the log, and holds up no other. */
export const noticesIn = (logger: Log, { Records }: DynamoDBStreamEvent): readonly Notice[] =>
  Records.map((record) => {
    const { Keys: keys, SequenceNumber: sequenceNumber = "" } = record.dynamodb ?? {};
    return { stream: keys?.stream?.S ?? "", sequenceNumber, of: read(logger, record) };
  });

/** The commits among what was told of. */
export const commitsAmong = (notices: readonly Notice[]): readonly Commit[] =>
  notices.flatMap(({ of }) => (typeof of === "string" ? [] : of));
