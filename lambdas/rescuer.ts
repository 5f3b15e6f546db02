import { Logger } from "@aws-lambda-powertools/logger";
import type { EventBridgeEvent } from "aws-lambda";
import { createDocumentClient } from "../lib/adapters/dynamodb/client.ts";
import { createViewCatalogue } from "../lib/adapters/dynamodb/view-catalogue.ts";
import { createObjectClient } from "../lib/adapters/s3/client.ts";
import { readFailedBatch } from "../lib/adapters/s3/failed-batch.ts";
import { createQueueClient } from "../lib/adapters/sqs/client.ts";
import { createWorkQueue } from "../lib/adapters/sqs/work-queue.ts";
import { viewControlTable } from "../lib/core/system/tables.ts";
import { recoverBatch } from "../lib/core/upkeep/recover-batch.ts";
import { registry } from "../lib/domains/index.ts";
import { clock } from "./clock.ts";
import { environment, tableName } from "./environment.ts";

const logger = new Logger();
const objects = createObjectClient();
const ports = {
  ...clock,
  views: registry.views,
  catalogue: createViewCatalogue(createDocumentClient(), tableName(viewControlTable)),
  queue: createWorkQueue(createQueueClient(), environment("WORK_QUEUE_URL"), clock),
};

/** What is told of a new object. */
type ObjectCreated = EventBridgeEvent<
  "Object Created",
  { readonly bucket: { readonly name: string }; readonly object: { readonly key: string } }
>;

/**
 * When the projector's mapping has given a batch up: queues a catch-up for each of its streams, so that no view waits
 * for the auditor. Catching up twice comes to the same, so that it may be told twice.
 */
export const handler = async ({ detail }: Pick<ObjectCreated, "detail">): Promise<void> => {
  const place = { bucket: detail.bucket.name, key: detail.object.key };
  const streams = await readFailedBatch(objects, place);
  const catchUps = await recoverBatch(ports, streams);
  logger.warn("A batch that was given up was queued again.", {
    ...place,
    records: streams.length,
    catchUps,
  });
};
