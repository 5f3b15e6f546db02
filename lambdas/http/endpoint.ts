import middy, { type MiddlewareObj } from "@middy/core";
import type { APIGatewayProxyStructuredResultV2, Context } from "aws-lambda";
import { Refusal } from "../../lib/core/errors.ts";
import type { Meter } from "../../lib/core/meter.ts";
import type { HttpFunction } from "../../lib/core/system/route.ts";
import type { About, Teller } from "../telling.ts";
import { type Answer, toResult } from "./answer.ts";
import { toProblem } from "./problem.ts";
import { correlationIdOf, type HttpEvent } from "./request.ts";

type Result = APIGatewayProxyStructuredResultV2;

/** A request, who is told what it is about, and where it is counted what it uses. */
interface Call {
  readonly event: HttpEvent;
  readonly about: About;
  readonly meter: Meter;
}

type Middleware = MiddlewareObj<Call, Result, Error, Context>;

/** Turns whatever was thrown into a problem; what is not the caller's doing is logged, as a warning when it may pass. */
const problems = ({ logger }: Pick<Teller<HttpFunction>, "logger">): Middleware => ({
  onError: (request) => {
    const { error } = request;
    const { routeKey, requestContext } = request.event.event;
    const { requestId } = requestContext;
    const facts = { error, routeKey, requestId };
    if (!(error instanceof Refusal)) logger.error("The request failed.", facts);
    else if (error.kind === "unavailable") logger.warn("The request failed.", facts);
    request.response = toResult(toProblem(error, requestId));
  },
});

/** Tells the price of every answer: round trips to the store, read units, write units. */
const price: NonNullable<Middleware["after"]> = ({ event, response }): void => {
  const { roundTrips, readUnits, writeUnits } = event.meter.used;
  const timing = `rt;desc="${roundTrips}", rcu;desc="${readUnits}", wcu;desc="${writeUnits}"`;
  if (response) response.headers = { ...response.headers, "server-timing": timing };
};

/** Milliseconds before the function's own time limit at which a request is given up with a problem. */
const timeoutEarlyInMillis = 250;

/** What is told of every request: the caller's id and ours, and the route, whose path names nobody. */
const aboutRequest = (event: HttpEvent, { awsRequestId }: Context) => ({
  requestId: event.requestContext.requestId,
  correlationId: correlationIdOf(event),
  function_request_id: awsRequestId,
  routeKey: event.routeKey,
});

/** A function's handler for HTTP requests; each is told of in one line. `onAnswered` learns the status of each answer. */
export const endpoint = <S extends HttpFunction>(
  teller: Teller<S>,
  work: (event: HttpEvent, about: About, meter: Meter) => Promise<Answer>,
  onAnswered: (status: number) => void = () => undefined,
) => {
  const handler = middy<Call, Result, Error, Context>(
    async ({ event, about, meter }: Call) => toResult(await work(event, about, meter)),
    { timeoutEarlyInMillis },
  )
    .use({ after: price, onError: price })
    .use(problems(teller));
  return (event: HttpEvent, context: Context): Promise<Result> =>
    teller.operation("A request was answered.", async (about, meter) => {
      about(aboutRequest(event, context));
      const result = await handler({ event, about, meter }, context);
      const { statusCode: status = 200 } = result;
      about({ status });
      onAnswered(status);
      return result;
    });
};
