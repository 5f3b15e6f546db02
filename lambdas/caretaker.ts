import { Logger } from "@aws-lambda-powertools/logger";
import { createDocumentClient } from "../lib/adapters/dynamodb/client.ts";
import { maintain } from "../lib/core/maintain.ts";
import { rebuildPorts } from "./read-side-ports.ts";

const logger = new Logger();
const ports = rebuildPorts(createDocumentClient());

/** On a schedule: heals what crashes have left on the read side, and rebuilds views whose definition has changed. */
export const handler = async (): Promise<void> => {
  logger.info("The read side was looked after.", { ...(await maintain(ports)) });
};
