import { Logger } from "@aws-lambda-powertools/logger";
import { createDocumentClient } from "../lib/adapters/dynamodb/client.ts";
import { maintain } from "../lib/core/upkeep/maintain.ts";
import { rebuildPorts } from "./read-side-ports.ts";

const logger = new Logger();
const ports = rebuildPorts(createDocumentClient());

/**
 * On a schedule: heals what crashes have left on the read side, and rebuilds views whose definition has changed. Fails
 * when something could not be done, so that the failure is seen; the next run tries again.
 */
export const handler = async (): Promise<void> => {
  const { failures, ...report } = await maintain(ports);
  logger.info("The read side was looked after.", report);
  for (const error of failures) logger.error("A view could not be looked after.", { error });
  if (failures.length > 0) throw new Error(`${failures.length} views could not be looked after.`);
};
