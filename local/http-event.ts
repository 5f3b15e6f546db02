import type { IncomingMessage } from "node:http";
import type { RequestBody } from "./request-body.ts";

/** Claims of a token as a function sees them: every one a string. */
export type FlatClaims = Readonly<Record<string, string>>;

/** Everything about a request that is not in its message. */
export interface RequestFacts {
  readonly requestId: string;
  readonly routeKey: string;
  readonly parameters: Readonly<Record<string, string>>;
  /** Segments of the path, decoded. */
  readonly segments: readonly string[];
  readonly query: string;
  /** Undefined on an open route. */
  readonly claims: FlatClaims | undefined;
  readonly body: RequestBody;
}

const account = "000000000000";
const apiId = "local";
const months = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");
const notPassedOn = new Set(["cookie", "connection", "keep-alive", "transfer-encoding", "upgrade"]);

const two = (value: number): string => String(value).padStart(2, "0");

/** `12/Mar/2026:19:03:58 +0000` */
const commonLogTime = (time: Date): string => {
  const date = `${two(time.getUTCDate())}/${months[time.getUTCMonth()]}/${time.getUTCFullYear()}`;
  const clock = [time.getUTCHours(), time.getUTCMinutes(), time.getUTCSeconds()].map(two);
  return `${date}:${clock.join(":")} +0000`;
};

/** How API Gateway passes claims on: `["admin", "auditor"]` becomes `[admin auditor]`. */
export const flattenClaims = (claims: Readonly<Record<string, unknown>>): FlatClaims =>
  Object.fromEntries(
    Object.entries(claims).map(([name, value]) => {
      if (Array.isArray(value)) return [name, `[${value.join(" ")}]`];
      const isPlain = typeof value !== "object" || value === null;
      return [name, isPlain ? String(value) : JSON.stringify(value)];
    }),
  );

/** Query parameters decoded, repeated ones joined with commas; undefined when there is none. */
const queryParameters = (query: string): Record<string, string> | undefined => {
  if (query === "") return undefined;
  const joined = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(query)) {
    const known = joined.get(name);
    joined.set(name, known === undefined ? value : `${known},${value}`);
  }
  return Object.fromEntries(joined);
};

const headersOf = (request: IncomingMessage, facts: RequestFacts, now: number) => {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers))
    if (value !== undefined && !notPassedOn.has(name))
      headers[name] = Array.isArray(value) ? value.join(",") : value;
  const trace = facts.requestId.replaceAll("-", "").slice(0, 24);
  headers["x-amzn-trace-id"] ??= `Root=1-${Math.floor(now / 1000).toString(16)}-${trace}`;
  headers["x-forwarded-for"] ??= request.socket.remoteAddress ?? "";
  headers["x-forwarded-port"] ??= String(request.socket.localPort ?? "");
  headers["x-forwarded-proto"] ??= "http";
  return headers;
};

/**
 * The event that an HTTP API hands to a function (payload format 2.0, JWT authorizer): path and path parameters
 * decoded, header names in lower case, cookies apart, absent parts left out.
 */
export const httpEvent = (request: IncomingMessage, facts: RequestFacts): object => {
  const { requestId, routeKey, parameters, query, claims, body } = facts;
  const now = new Date();
  const headers = headersOf(request, facts, now.getTime());
  const path = `/${facts.segments.join("/")}`;
  const cookies = request.headers.cookie?.split(/;\s*/);
  const queryStringParameters = queryParameters(query);
  const domainName = request.headers.host ?? "";
  return {
    version: "2.0",
    routeKey,
    rawPath: path,
    rawQueryString: query,
    ...(cookies && { cookies }),
    headers,
    ...(queryStringParameters && { queryStringParameters }),
    requestContext: {
      accountId: account,
      apiId,
      ...(claims && { authorizer: { jwt: { claims, scopes: null } } }),
      domainName,
      domainPrefix: domainName.split(".", 1)[0] ?? "",
      http: {
        method: request.method ?? "",
        path,
        protocol: `HTTP/${request.httpVersion}`,
        sourceIp: request.socket.remoteAddress ?? "",
        userAgent: request.headers["user-agent"] ?? "",
      },
      requestId,
      routeKey,
      stage: "$default",
      time: commonLogTime(now),
      timeEpoch: now.getTime(),
    },
    ...(Object.keys(parameters).length > 0 && { pathParameters: parameters }),
    ...body,
  };
};
