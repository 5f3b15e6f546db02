import { v7 } from "uuid";
import { createDocumentClient } from "../lib/adapters/dynamodb/client.ts";
import { startAudit } from "../lib/core/audit/audit.ts";
import { auditPorts } from "./read-side-ports.ts";

const ports = auditPorts(createDocumentClient());

/** On a schedule: begins an audit of the whole log and of every view; workers do it, segment by segment. */
export const handler = async (): Promise<void> => {
  await startAudit(ports, v7());
};
