import type { Context } from "aws-lambda";
import type { HttpEvent } from "../../../lambdas/http/request.ts";

/** What a test says of a request; the rest is as API Gateway fills it in. */
export interface Asked {
  readonly routeKey?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly claims?: Readonly<Record<string, string | number | boolean | string[]>>;
  readonly parameters?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly isBase64Encoded?: boolean;
}

/** An event of API Gateway's HTTP API, payload format 2.0. */
export const httpEvent = (asked: Asked = {}): HttpEvent => {
  const { routeKey = "POST /jars/{id}/put", path = "/jars/j1/put" } = asked;
  const { headers = {}, claims = { sub: "ann" }, isBase64Encoded = false } = asked;
  const [method = ""] = routeKey.split(" ");
  return {
    version: "2.0",
    routeKey,
    rawPath: path,
    rawQueryString: "",
    headers: { ...headers },
    requestContext: {
      accountId: "000000000000",
      apiId: "api",
      authorizer: {
        principalId: "",
        integrationLatency: 0,
        jwt: { claims: { ...claims }, scopes: [] },
      },
      domainName: "api.example.org",
      domainPrefix: "api",
      http: { method, path, protocol: "HTTP/1.1", sourceIp: "192.0.2.1", userAgent: "" },
      requestId: "request-1",
      routeKey,
      stage: "$default",
      time: "01/Nov/2026:12:00:00 +0000",
      timeEpoch: 0,
    },
    ...(asked.parameters && { pathParameters: { ...asked.parameters } }),
    ...(asked.query && { queryStringParameters: { ...asked.query } }),
    ...(asked.body === undefined ? {} : { body: asked.body }),
    isBase64Encoded,
  };
};

/** A function's context, with this much time left. */
export const contextWith = (leftMs: number): Context => {
  const end = Date.now() + leftMs;
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionName: "test",
    functionVersion: "$LATEST",
    invokedFunctionArn: "arn:aws:lambda:us-east-1:000000000000:function:test",
    memoryLimitInMB: "1024",
    awsRequestId: "invocation-1",
    logGroupName: "",
    logStreamName: "",
    getRemainingTimeInMillis: () => end - Date.now(),
    done: () => undefined,
    fail: () => undefined,
    succeed: () => undefined,
  };
};
