import type { Context } from "aws-lambda";
import { v7 } from "uuid";
import { connect } from "../lib/adapters/dynamodb/client.ts";
import { startAudit } from "../lib/core/audit/audit.ts";
import { auditPorts, rebuildPorts, workQueuePort } from "./read-side-ports.ts";
import { createTeller } from "./telling.ts";

const teller = createTeller("auditor");
const connection = connect();
const queue = workQueuePort();

/** On a schedule: begins an audit of the whole log and of every view; workers do it, segment by segment. */
export const handler = (_: unknown, { awsRequestId }: Context): Promise<void> =>
  teller.operation("An audit was begun.", async (about, meter) => {
    const client = connection.metered(meter);
    const ports = auditPorts(client, rebuildPorts(client, queue));
    const { run } = await startAudit(ports, v7());
    about({ function_request_id: awsRequestId, run });
  });
