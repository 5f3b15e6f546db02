import type { Context, DynamoDBBatchResponse, DynamoDBStreamEvent } from "aws-lambda";
import { type PublishFailure, publish } from "../lib/core/bus/publish.ts";
import { commitsAmong, type Notice, noticesIn } from "./notices.ts";
import { publishPorts } from "./publish-ports.ts";
import { createTeller } from "./telling.ts";
import { eventsIn, toldCommits } from "./told-commits.ts";

const teller = createTeller("publisher");
const { logger } = teller;
const ports = publishPorts();

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
    const notices = noticesIn(logger, event);
    const commits = commitsAmong(notices);
    about({ function_request_id: awsRequestId, ...toldCommits(commits) });
    const failures = await publish(ports, commits);
    logFailures(failures);
    const failed = new Set<Notice["of"]>(["unreadable", ...failures.map(({ commit }) => commit)]);
    teller.count("Events", eventsIn(commits.filter((commit) => !failed.has(commit))));
    const first = notices.find(({ of }) => failed.has(of));
    if (!first) return { batchItemFailures: [] };
    about({ failed: true });
    return { batchItemFailures: [{ itemIdentifier: first.sequenceNumber }] };
  });
