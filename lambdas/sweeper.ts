import { Logger } from "@aws-lambda-powertools/logger";
import { Metrics, MetricUnit } from "@aws-lambda-powertools/metrics";
import { createDocumentClient } from "../lib/adapters/dynamodb/client.ts";
import { sweep } from "../lib/core/personal/sweep.ts";
import { sweepPorts } from "./key-ports.ts";

const logger = new Logger();
const metrics = new Metrics();
const ports = sweepPorts(createDocumentClient());

/**
 * On a schedule: adopts or destroys keys that nobody recorded, completes interrupted erasures, and
 * tells how many KMS keys the account has. Fails when something could not be done, so that the
 * failure is seen; the next run tries again.
 */
export const handler = async (): Promise<void> => {
  const { failures, ...report } = await sweep(ports);
  logger.info("Keys were swept.", report);
  metrics.addMetric("KmsKeys", MetricUnit.Count, report.keys);
  metrics.addMetric("KeysUnowned", MetricUnit.Count, report.adopted + report.destroyed);
  metrics.addMetric("SweepFailures", MetricUnit.Count, failures.length);
  metrics.publishStoredMetrics();
  for (const error of failures) logger.error("A key or an erasure was not settled.", { error });
  if (failures.length > 0) throw new Error(`${failures.length} keys or erasures were not settled.`);
};
