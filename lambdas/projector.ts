import { Logger } from "@aws-lambda-powertools/logger";
import { Metrics, MetricUnit } from "@aws-lambda-powertools/metrics";
import type { DynamoDBBatchResponse, DynamoDBStreamEvent } from "aws-lambda";
import { createDocumentClient } from "../lib/adapters/dynamodb/client.ts";
import { createProjectorLag } from "../lib/adapters/dynamodb/projector-lag.ts";
import { commitOf } from "../lib/adapters/dynamodb/stream-record.ts";
import type { Commit } from "../lib/core/log/commit.ts";
import { viewControlTable } from "../lib/core/system/tables.ts";
import { project } from "../lib/core/view/project.ts";
import { lagNoteMs, lagOf } from "../lib/core/view/projector-lag.ts";
import { tableName } from "./environment.ts";
import { projectPorts } from "./read-side-ports.ts";

const logger = new Logger();
const metrics = new Metrics();
const client = createDocumentClient();
const ports = projectPorts(client);
const lag = createProjectorLag(client, tableName(viewControlTable));
let lagNotedAt = 0;

const noteLag = async (commits: readonly Commit[]): Promise<void> => {
  const note = lagOf(commits, ports.now());
  if (!note) return;
  metrics.addMetric("ViewLag", MetricUnit.Milliseconds, note.lagMs);
  if (ports.now() - lagNotedAt < lagNoteMs) return;
  lagNotedAt = ports.now();
  await lag.note(note);
};

/**
 * Applies what was committed to every view. A stream that a view cannot take in is parked for the catch-up; the batch is
 * delivered again only when not even that could be noted.
 */
export const handler = async ({ Records }: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> => {
  const commits = Records.flatMap((record) => {
    const commit = commitOf(record);
    if (commit) return [commit];
    logger.error("The event table was changed.", { keys: record.dynamodb?.Keys });
    metrics.addMetric("EventTableChanged", MetricUnit.Count, 1);
    return [];
  });
  try {
    for (const { view, stream, cause } of await project(ports, commits)) {
      logger.error("A view could not take in a stream.", { view, stream, error: cause });
      metrics.addMetric("PairsParked", MetricUnit.Count, 1);
    }
    await noteLag(commits);
    return { batchItemFailures: [] };
  } catch (error) {
    logger.error("A batch could not be applied.", { error, records: Records.length });
    const itemIdentifier = Records[0]?.dynamodb?.SequenceNumber ?? "";
    return { batchItemFailures: [{ itemIdentifier }] };
  } finally {
    if (metrics.hasStoredMetrics()) metrics.publishStoredMetrics();
  }
};
