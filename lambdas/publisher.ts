import type { Context, DynamoDBBatchResponse, DynamoDBStreamEvent } from "aws-lambda";
import { commitOf } from "../lib/adapters/dynamodb/stream-record.ts";
import { type PublishFailure, publish } from "../lib/core/bus/publish.ts";
import type { Commit } from "../lib/core/log/commit.ts";
import { publishPorts } from "./publish-ports.ts";
import { createTeller } from "./telling.ts";
import { eventsIn, toldCommits } from "./told-commits.ts";

const teller = createTeller("publisher");
const { logger } = teller;
const ports = publishPorts();

/** A commit, and the number of the record that told of it. */
interface Notice {
  readonly commit: Commit;
  readonly sequenceNumber: string | undefined;
}

const noticesIn = ({ Records }: DynamoDBStreamEvent): readonly Notice[] =>
  Records.flatMap((record) => {
    const { dynamodb } = record;
    const commit = commitOf(record);
    if (!commit) logger.error("The event table was changed.", { keys: dynamodb?.Keys });
    return commit ? [{ commit, sequenceNumber: dynamodb?.SequenceNumber }] : [];
  });

const logFailures = (failures: readonly PublishFailure[]): void => {
  for (const { commit, cause } of failures) {
    const { stream, version } = commit;
    logger.error("A commit was not published.", { stream, version, error: cause });
  }
};

/** Publishes what was committed; a batch goes on from the first record whose commit was not published whole. */
export const handler = (
  event: DynamoDBStreamEvent,
  { awsRequestId }: Context,
): Promise<DynamoDBBatchResponse> =>
  teller.operation("A batch was published.", async (about) => {
    const notices = noticesIn(event);
    const commits = notices.map(({ commit }) => commit);
    about({ function_request_id: awsRequestId, ...toldCommits(commits) });
    const failures = await publish(ports, commits);
    logFailures(failures);
    const failed = new Set(failures.map(({ commit }) => commit));
    teller.count("Events", eventsIn(commits.filter((commit) => !failed.has(commit))));
    if (failed.size > 0) about({ failed: true });
    const itemIdentifier = notices.find(({ commit }) => failed.has(commit))?.sequenceNumber;
    return { batchItemFailures: itemIdentifier === undefined ? [] : [{ itemIdentifier }] };
  });
