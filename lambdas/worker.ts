import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";
import { connect } from "../lib/adapters/dynamodb/client.ts";
import { createRowSweeper } from "../lib/adapters/dynamodb/row-sweeper.ts";
import { createQueueClient } from "../lib/adapters/sqs/client.ts";
import { createRetries } from "../lib/adapters/sqs/retries.ts";
import type { AuditProgress } from "../lib/core/audit/audit.ts";
import type { Meter } from "../lib/core/meter.ts";
import { workQueue } from "../lib/core/system/queues.ts";
import { doWork, type WorkPorts } from "../lib/core/upkeep/work.ts";
import { parseWork, type Work } from "../lib/core/upkeep/work-queue.ts";
import { reasonOf } from "../lib/core/view/project.ts";
import { environment, tableName } from "./environment.ts";
import { publishPorts } from "./publish-ports.ts";
import { auditPorts, rebuildPorts, workQueuePort } from "./read-side-ports.ts";
import { type About, createTeller } from "./telling.ts";
import { toldAudits } from "./told-audits.ts";

const teller = createTeller("worker");
const { logger } = teller;

const connection = connect();
const queues = createQueueClient();
const queue = workQueuePort(queues);
const publishing = publishPorts();
const retries = createRetries(queues, environment("WORK_QUEUE_URL"));

const tellOfProblems = (run: string, { problems, problemsFound }: AuditProgress): void => {
  logger.error("An audit has found problems.", { run, problems });
  teller.count("AuditProblems", problemsFound);
};

const portsBy = (meter: Meter): WorkPorts => {
  const client = connection.metered(meter);
  const rebuilding = rebuildPorts(client, queue);
  const audited = auditPorts(client, rebuilding);
  return {
    ...rebuilding,
    ...publishing,
    ...audited,
    audits: toldAudits(audited.audits, tellOfProblems),
    sweeper: createRowSweeper(client, ({ table }) => tableName(table)),
  };
};

/** Time that is left for a page under way, and for queueing the rest, before the function's own limit. */
const marginMs = 30_000;

/** Notes why a stream cannot be caught up, and that nobody will try again once the last attempt has failed. */
const noteFailure = async (
  { parking }: Pick<WorkPorts, "parking">,
  work: Work,
  error: unknown,
  receives: number,
): Promise<void> => {
  if (work.kind !== "catch-up") return;
  const { view, generation, stream } = work;
  const dead = receives >= workQueue.receivesMax;
  await parking.park({ view, generation, stream }, { reason: reasonOf(error), queued: true, dead });
};

const attempt = async (
  ports: WorkPorts,
  { body }: SQSRecord,
  receives: number,
  deadline: number,
  about: About,
): Promise<void> => {
  const work = parseWork(body);
  about({ ...work });
  try {
    await doWork(ports, work, deadline);
  } catch (error) {
    await noteFailure(ports, work, error, receives);
    throw error;
  }
};

const run = async (
  ports: WorkPorts,
  record: SQSRecord,
  deadline: number,
  about: About,
): Promise<boolean> => {
  const receives = Number(record.attributes.ApproximateReceiveCount);
  about({ receives });
  try {
    await attempt(ports, record, receives, deadline, about);
    return true;
  } catch (error) {
    about({ failed: true });
    logger.error("Queued work failed.", { error, work: record.body, receives });
    await retries.later(record.receiptHandle, receives).catch((cause: unknown) => {
      // It is received again all the same, only later: when its hiding ends.
      logger.warn("The retry could not be brought forward.", { error: cause });
    });
    return false;
  }
};

/** Does queued work; what fails is received again after a growing delay, and ends among the dead letters. */
export const handler = async (
  { Records }: SQSEvent,
  context: Context,
): Promise<SQSBatchResponse> => {
  const deadline = Date.now() + context.getRemainingTimeInMillis() - marginMs;
  const failures: SQSBatchResponse["batchItemFailures"] = [];
  for (const record of Records) {
    const isDone = await teller.operation("Queued work was done.", (about, meter) => {
      about({ function_request_id: context.awsRequestId });
      return run(portsBy(meter), record, deadline, about);
    });
    if (!isDone) failures.push({ itemIdentifier: record.messageId });
  }
  return { batchItemFailures: failures };
};
