import { Logger } from "@aws-lambda-powertools/logger";
import * as z from "zod/mini";
import "../lib/core/english.ts";
import { createObjectClient } from "../lib/adapters/s3/client.ts";
import { emptyBucket } from "../lib/adapters/s3/empty-bucket.ts";
import { destroyStageKeys } from "../lib/core/personal/destroy-stage-keys.ts";
import { onDeletion } from "./custom-resource.ts";
import { stageKeyPorts } from "./key-ports.ts";

const logger = new Logger();
const objects = createObjectClient();
const ports = stageKeyPorts();

/** What the stack tells of the stage. */
const Properties = z.object({ Buckets: z.array(z.string()) });

/**
 * When an ephemeral stack is destroyed: empties its buckets, which CloudFormation deletes only then, and schedules the
 * deletion of the keys that it made for its users.
 */
export const handler = onDeletion("stage-removal", async (properties) => {
  const { Buckets } = Properties.parse(properties);
  for (const bucket of Buckets)
    logger.info("A bucket was emptied.", { bucket, objects: await emptyBucket(objects, bucket) });
  logger.info("The stage's keys go.", { keys: await destroyStageKeys(ports) });
});
