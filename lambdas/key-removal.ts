import { Logger } from "@aws-lambda-powertools/logger";
import { destroyStageKeys } from "../lib/core/destroy-stage-keys.ts";
import { stageKeyPorts } from "./key-ports.ts";

const logger = new Logger();
const ports = stageKeyPorts();

/** What CloudFormation tells about the resource that stands for a stage's keys. */
export interface ResourceEvent {
  readonly RequestType: "Create" | "Update" | "Delete";
}

/**
 * When an ephemeral stack is destroyed: schedules the deletion of the keys that it made for its
 * users.
 */
export const handler = async ({ RequestType }: ResourceEvent): Promise<object> => {
  if (RequestType === "Delete")
    logger.info("The stage's keys go.", { keys: await destroyStageKeys(ports) });
  return { PhysicalResourceId: "subject-keys" };
};
