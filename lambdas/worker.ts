import { Logger } from "@aws-lambda-powertools/logger";
import { Metrics, MetricUnit } from "@aws-lambda-powertools/metrics";
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";
import { createDocumentClient } from "../lib/adapters/dynamodb/client.ts";
import { createRowSweeper } from "../lib/adapters/dynamodb/row-sweeper.ts";
import { createQueueClient } from "../lib/adapters/sqs/client.ts";
import { createRetries } from "../lib/adapters/sqs/retries.ts";
import { workQueue } from "../lib/core/system/queues.ts";
import { doWork } from "../lib/core/upkeep/work.ts";
import { parseWork, type Work } from "../lib/core/upkeep/work-queue.ts";
import { reasonOf } from "../lib/core/view/project.ts";
import { environment, tableName } from "./environment.ts";
import { auditPorts, rebuildPorts } from "./read-side-ports.ts";
import { toldAudits } from "./told-audits.ts";

const logger = new Logger();
const metrics = new Metrics();

const client = createDocumentClient();
const audited = auditPorts(client);
const ports = {
  ...rebuildPorts(client),
  ...audited,
  audits: toldAudits(audited.audits, (run, { problems, problemsFound }) => {
    logger.error("An audit has found problems.", { run, problems });
    metrics.addMetric("AuditProblems", MetricUnit.Count, problemsFound);
  }),
  sweeper: createRowSweeper(client, ({ table }) => tableName(table)),
};
const retries = createRetries(createQueueClient(), environment("WORK_QUEUE_URL"));

/** Time that is left for a page under way, and for queueing the rest, before the function's own limit. */
const marginMs = 30_000;

/** Notes why a stream cannot be caught up, and that nobody will try again once the last attempt has failed. */
const noteFailure = async (work: Work, error: unknown, receives: number): Promise<void> => {
  if (work.kind !== "catch-up") return;
  const { view, generation, stream } = work;
  const dead = receives >= workQueue.receivesMax;
  await ports.parking.park(
    { view, generation, stream },
    { reason: reasonOf(error), queued: true, dead },
  );
};

const run = async (record: SQSRecord, deadline: number): Promise<boolean> => {
  const receives = Number(record.attributes.ApproximateReceiveCount);
  try {
    const work = parseWork(record.body);
    try {
      await doWork(ports, work, deadline);
    } catch (error) {
      await noteFailure(work, error, receives);
      throw error;
    }
    return true;
  } catch (error) {
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
  for (const record of Records)
    if (!(await run(record, deadline))) failures.push({ itemIdentifier: record.messageId });
  if (metrics.hasStoredMetrics()) metrics.publishStoredMetrics();
  return { batchItemFailures: failures };
};
