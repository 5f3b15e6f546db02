import type { Context, DynamoDBBatchResponse, DynamoDBStreamEvent } from "aws-lambda";
import { connect, type MeteredClient } from "../lib/adapters/dynamodb/client.ts";
import { createProjectorLag } from "../lib/adapters/dynamodb/projector-lag.ts";
import type { Commit } from "../lib/core/log/commit.ts";
import { viewControlTable } from "../lib/core/system/tables.ts";
import { type ProjectPorts, project } from "../lib/core/view/project.ts";
import { lagNoteMs, lagOf } from "../lib/core/view/projector-lag.ts";
import { clock } from "./clock.ts";
import { tableName } from "./environment.ts";
import { commitsAmong, type Notice, noticesIn } from "./notices.ts";
import { projectPorts, workQueuePort } from "./read-side-ports.ts";
import { createTeller } from "./telling.ts";
import { eventsIn, toldCommits } from "./told-commits.ts";
import { toldRows } from "./told-rows.ts";

const teller = createTeller("projector");
const { logger } = teller;
const connection = connect();
const queue = workQueuePort();
let lagNotedAt = 0;

const portsBy = (client: MeteredClient): ProjectPorts => {
  const filling = projectPorts(client, queue);
  const tables = toldRows(filling.tables, (rows) => teller.count("Rows", rows));
  return { ...filling, tables };
};

const noteLag = async (client: MeteredClient, commits: readonly Commit[]): Promise<void> => {
  const now = clock.now();
  const note = lagOf(commits, now);
  if (!note) return;
  teller.count("ViewLag", note.lagMs);
  if (now - lagNotedAt < lagNoteMs) return;
  lagNotedAt = now;
  await createProjectorLag(client, tableName(viewControlTable)).note(note);
};

const count = (notices: readonly Notice[]): void => {
  const changes = notices.filter(({ of }) => of === "changed").length;
  if (changes > 0) teller.count("EventTableChanged", changes);
  teller.count("Events", eventsIn(commitsAmong(notices)));
};

const apply = async (
  client: MeteredClient,
  notices: readonly Notice[],
): Promise<DynamoDBBatchResponse> => {
  const commits = commitsAmong(notices);
  const unreadable = notices.filter(({ of }) => of === "unreadable").map(({ stream }) => stream);
  try {
    for (const { view, stream, cause } of await project(portsBy(client), commits, unreadable)) {
      logger.error("A view could not take in a stream.", { view, stream, error: cause });
      teller.count("PairsParked");
    }
    count(notices);
    await noteLag(client, commits);
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
  teller.operation("A batch was applied.", async (about, meter) => {
    const notices = noticesIn(logger, event);
    about({ function_request_id: awsRequestId, ...toldCommits(commitsAmong(notices)) });
    const answer = await apply(connection.metered(meter), notices);
    if (answer.batchItemFailures.length > 0) about({ failed: true });
    return answer;
  });
