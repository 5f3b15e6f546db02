import { setTimeout as sleep } from "node:timers/promises";
import { Logger } from "@aws-lambda-powertools/logger";
import type { CloudFormationCustomResourceEvent, Context } from "aws-lambda";
import { retry } from "../lib/core/retry.ts";
import { clock } from "./clock.ts";

const logger = new Logger();

/** Time that is left for the answer, before the function's own limit. */
const marginMs = 15_000;

const answerMs = 3_000;

type Outcome =
  | { readonly Status: "SUCCESS" }
  | { readonly Status: "FAILED"; readonly Reason: string };

const tooLate = async (ms: number): Promise<never> => {
  await sleep(Math.max(0, ms), undefined, { ref: false });
  throw new Error("It takes longer than the function may run. Delete the stack again to go on.");
};

/** Tells CloudFormation, which waits for an hour for an answer that does not come. */
const answer = async (
  { ResponseURL, StackId, RequestId, LogicalResourceId }: CloudFormationCustomResourceEvent,
  PhysicalResourceId: string,
  outcome: Outcome,
): Promise<void> => {
  const said = { ...outcome, PhysicalResourceId, StackId, RequestId, LogicalResourceId };
  await retry(
    clock,
    clock.now() + marginMs / 2,
    () => true,
    async () => {
      const { ok, status } = await fetch(ResponseURL, {
        method: "PUT",
        // The address was signed for a body without a type.
        headers: { "content-type": "" },
        body: Buffer.from(JSON.stringify(said)),
        signal: AbortSignal.timeout(answerMs),
      });
      if (!ok) throw new Error(`CloudFormation took no answer: status ${status}.`);
    },
  );
};

/**
 * A function's handler for a resource that does nothing until it is deleted. It answers CloudFormation itself, a failure
 * too, so that no framework with a function of its own is needed.
 */
export const onDeletion =
  (physicalId: string, remove: (properties: Readonly<Record<string, unknown>>) => Promise<void>) =>
  async (
    event: CloudFormationCustomResourceEvent,
    context: Pick<Context, "getRemainingTimeInMillis">,
  ): Promise<void> => {
    let outcome: Outcome = { Status: "SUCCESS" };
    try {
      if (event.RequestType === "Delete")
        await Promise.race([
          remove(event.ResourceProperties),
          tooLate(context.getRemainingTimeInMillis() - marginMs),
        ]);
    } catch (error) {
      logger.error("A resource was not removed.", { physicalId, error });
      const Reason = error instanceof Error ? error.message : String(error);
      outcome = { Status: "FAILED", Reason };
    }
    await answer(event, physicalId, outcome);
  };
