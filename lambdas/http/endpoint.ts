import { Logger } from "@aws-lambda-powertools/logger";
import middy, { type MiddlewareObj } from "@middy/core";
import type { APIGatewayProxyStructuredResultV2, Context } from "aws-lambda";
import { usedSoFar, withMeter } from "../../lib/adapters/dynamodb/client.ts";
import { Refusal } from "../../lib/core/errors.ts";
import { createMeter } from "../../lib/core/meter.ts";
import { type Answer, toResult } from "./answer.ts";
import { toProblem } from "./problem.ts";
import type { HttpEvent } from "./request.ts";

type Result = APIGatewayProxyStructuredResultV2;
type Middleware = MiddlewareObj<HttpEvent, Result, Error, Context>;

const logger = new Logger();

/** Turns whatever was thrown into a problem; what is not the caller's doing is logged. */
const problems: Middleware = {
  onError: (request) => {
    const { error, event } = request;
    const { routeKey, requestContext } = event;
    const { requestId } = requestContext;
    if (!(error instanceof Refusal) || error.kind === "unavailable")
      logger.error("The request failed.", { error, routeKey, requestId });
    request.response = toResult(toProblem(error, requestId));
  },
};

/** Tells the price of every answer: round trips to the store, read units, write units. */
const price = ({ response }: { response: Result | null | undefined }): void => {
  const { roundTrips = 0, readUnits = 0, writeUnits = 0 } = usedSoFar() ?? {};
  const timing = `rt;desc="${roundTrips}", rcu;desc="${readUnits}", wcu;desc="${writeUnits}"`;
  if (response) response.headers = { ...response.headers, "server-timing": timing };
};

/** Milliseconds before the function's own time limit at which a request is given up with a problem. */
const timeoutEarlyInMillis = 250;

/** A function's handler for HTTP requests. */
export const endpoint = (work: (event: HttpEvent) => Promise<Answer>) => {
  const handler = middy<HttpEvent, Result, Error, Context>(
    async (event: HttpEvent) => toResult(await work(event)),
    { timeoutEarlyInMillis },
  )
    .use({ after: price, onError: price })
    .use(problems);
  return (event: HttpEvent, context: Context): Promise<Result> =>
    withMeter(createMeter(), () => handler(event, context));
};
