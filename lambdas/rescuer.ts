import type { Context, EventBridgeEvent } from "aws-lambda";
import { connect } from "../lib/adapters/dynamodb/client.ts";
import { createViewCatalogue } from "../lib/adapters/dynamodb/view-catalogue.ts";
import { createObjectClient } from "../lib/adapters/s3/client.ts";
import { readFailedBatch } from "../lib/adapters/s3/failed-batch.ts";
import { createQueueClient } from "../lib/adapters/sqs/client.ts";
import { createWorkQueue } from "../lib/adapters/sqs/work-queue.ts";
import type { Meter } from "../lib/core/meter.ts";
import { viewControlTable } from "../lib/core/system/tables.ts";
import {
  type RecoverPorts,
  recoverEvents,
  recoverViews,
} from "../lib/core/upkeep/recover-batch.ts";
import { registry } from "../lib/domains/index.ts";
import { clock } from "./clock.ts";
import { environment, tableName } from "./environment.ts";
import { createTeller } from "./telling.ts";

const teller = createTeller("rescuer");
const objects = createObjectClient();
const connection = connect();
const queue = createWorkQueue(createQueueClient(), environment("WORK_QUEUE_URL"), clock);
const portsBy = (meter: Meter): RecoverPorts => ({
  ...clock,
  views: registry.views,
  catalogue: createViewCatalogue(connection.metered(meter), tableName(viewControlTable)),
  queue,
});

/** Whose batches lie in which bucket, and what brings them back. */
const ways = new Map<string, typeof recoverViews>([
  [environment("PROJECTOR_FAILURES"), recoverViews],
  [environment("PUBLISHER_FAILURES"), recoverEvents],
]);

/** What is told of a new object. */
type ObjectCreated = EventBridgeEvent<
  "Object Created",
  { readonly bucket: { readonly name: string }; readonly object: { readonly key: string } }
>;

/**
 * When the mapping of the projector or of the publisher has given a batch up: queues a catch-up for each of its streams,
 * or its publication, so that neither views nor bus wait for an operator. Doing that twice comes to the same, so that it
 * may be told twice.
 */
export const handler = (
  { detail }: Pick<ObjectCreated, "detail">,
  { awsRequestId }: Context,
): Promise<void> =>
  teller.operation("A batch that was given up was looked at.", async (about, meter) => {
    const { bucket, key } = { bucket: detail.bucket.name, key: detail.object.key };
    about({ function_request_id: awsRequestId, bucket, key });
    const recover = ways.get(bucket);
    if (!recover) throw new Error(`Nobody's batches lie in ${bucket}.`);
    const batch = await readFailedBatch(objects, { bucket, key });
    const queued = await recover(portsBy(meter), batch);
    const records = batch.length;
    teller.logger.warn("A batch that was given up was queued again.", { bucket, records, queued });
  });
