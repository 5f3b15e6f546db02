import type { Context } from "aws-lambda";
import { connect } from "../lib/adapters/dynamodb/client.ts";
import { sweep } from "../lib/core/personal/sweep.ts";
import { sweepPorts } from "./key-ports.ts";
import { createTeller } from "./telling.ts";

const teller = createTeller("sweeper");
const connection = connect();
const portsBy = sweepPorts();

/**
 * On a schedule: adopts or destroys keys that nobody recorded, completes interrupted erasures, and
 * tells how many KMS keys the account has. Fails when something could not be done, so that the
 * failure is seen; the next run tries again.
 */
export const handler = (_: unknown, { awsRequestId }: Context): Promise<void> =>
  teller.operation("Keys were swept.", async (about, meter) => {
    about({ function_request_id: awsRequestId });
    const { failures, ...report } = await sweep(portsBy(connection.metered(meter)));
    about({ ...report });
    teller.count("KmsKeys", report.keys);
    teller.count("KeysUnowned", report.adopted + report.destroyed);
    teller.count("SweepFailures", failures.length);
    for (const error of failures)
      teller.logger.error("A key or an erasure was not settled.", { error });
    if (failures.length > 0)
      throw new Error(`${failures.length} keys or erasures were not settled.`);
  });
