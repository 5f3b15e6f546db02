import type { Context } from "aws-lambda";
import { connect } from "../lib/adapters/dynamodb/client.ts";
import { maintain } from "../lib/core/upkeep/maintain.ts";
import { rebuildPorts, workQueuePort } from "./read-side-ports.ts";
import { createTeller } from "./telling.ts";

const teller = createTeller("caretaker");
const connection = connect();
const queue = workQueuePort();

/**
 * On a schedule: heals what crashes have left on the read side, and rebuilds views whose definition has changed. Fails
 * when something could not be done, so that the failure is seen; the next run tries again.
 */
export const handler = (_: unknown, { awsRequestId }: Context): Promise<void> =>
  teller.operation("The read side was looked after.", async (about, meter) => {
    about({ function_request_id: awsRequestId });
    const { failures, ...report } = await maintain(rebuildPorts(connection.metered(meter), queue));
    about({ ...report });
    for (const error of failures)
      teller.logger.error("A view could not be looked after.", { error });
    if (failures.length > 0) throw new Error(`${failures.length} views could not be looked after.`);
  });
