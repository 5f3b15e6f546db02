import type { Context, DynamoDBBatchResponse, DynamoDBStreamEvent } from "aws-lambda";
import { createDocumentClient } from "../lib/adapters/dynamodb/client.ts";
import { createProjectorLag } from "../lib/adapters/dynamodb/projector-lag.ts";
import type { Commit } from "../lib/core/log/commit.ts";
import { viewControlTable } from "../lib/core/system/tables.ts";
import { project } from "../lib/core/view/project.ts";
import { lagNoteMs, lagOf } from "../lib/core/view/projector-lag.ts";
import { tableName } from "./environment.ts";
import { commitsAmong, type Notice, noticesIn } from "./notices.ts";
import { projectPorts } from "./read-side-ports.ts";
import { createTeller } from "./telling.ts";
import { eventsIn, toldCommits } from "./told-commits.ts";
import { toldRows } from "./told-rows.ts";

const teller = createTeller("projector");
const { logger } = teller;
const client = createDocumentClient();
const filling = projectPorts(client);
const ports = {
  ...filling,
  tables: toldRows(filling.tables, (rows) => teller.count("Rows", rows)),
};
const lag = createProjectorLag(client, tableName(viewControlTable));
let lagNotedAt = 0;

const noteLag = async (commits: readonly Commit[]): Promise<void> => {
  const note = lagOf(commits, ports.now());
  if (!note) return;
  teller.count("ViewLag", note.lagMs);
  if (ports.now() - lagNotedAt < lagNoteMs) return;
  lagNotedAt = ports.now();
  await lag.note(note);
};

const count = (notices: readonly Notice[]): void => {
  const changes = notices.filter(({ of }) => of === "changed").length;
  if (changes > 0) teller.count("EventTableChanged", changes);
  teller.count("Events", eventsIn(commitsAmong(notices)));
};

const apply = async (notices: readonly Notice[]): Promise<DynamoDBBatchResponse> => {
  const commits = commitsAmong(notices);
  const unreadable = notices.filter(({ of }) => of === "unreadable").map(({ stream }) => stream);
  try {
    for (const { view, stream, cause } of await project(ports, commits, unreadable)) {
      logger.error("A view could not take in a stream.", { view, stream, error: cause });
      teller.count("PairsParked");
    }
    count(notices);
    await noteLag(commits);
    return { batchItemFailures: [] };
  } catch (error) {
    logger.error("A batch could not be applied.", { error, records: notices.length });
    return { batchItemFailures: [{ itemIdentifier: notices[0]?.sequenceNumber ?? "" }] };
  }
};

/**
 * Applies what was committed to every view. A stream that a view cannot take in is parked for the catch-up; the batch is
 * delivered again only when not even that could be noted.
 */
export const handler = (
  event: DynamoDBStreamEvent,
  { awsRequestId }: Context,
): Promise<DynamoDBBatchResponse> =>
  teller.operation("A batch was applied.", async (about) => {
    const notices = noticesIn(logger, event);
    about({ function_request_id: awsRequestId, ...toldCommits(commitsAmong(notices)) });
    const answer = await apply(notices);
    if (answer.batchItemFailures.length > 0) about({ failed: true });
    return answer;
  });
