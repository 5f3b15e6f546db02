import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { HttpFunction, Route } from "../lib/core/system/route.ts";
import { type Cors, createCors } from "./cors.ts";
import { callFunction, type LocalFunction } from "./function.ts";
import { type FlatClaims, httpEvent } from "./http-event.ts";
import { type HttpAnswer, httpAnswer, problem, sendAnswer } from "./http-result.ts";
import type { LocalRoute } from "./local-routes.ts";
import { isForThisMachine } from "./loopback.ts";
import { bodyBytesMax, readBytes, requestBody } from "./request-body.ts";
import { pathSegments, routeTable } from "./route-table.ts";
import { errorCode, errorText, StartupFault } from "./startup-fault.ts";

/** What the gateway stands in front of. */
export interface GatewayOptions {
  /** 0: any free port. */
  readonly port: number;
  readonly routes: readonly Route[];
  readonly functions: ReadonlyMap<HttpFunction, LocalFunction>;
  /** Answers what no route matches, as API Gateway's `$default` route. */
  readonly fallback: HttpFunction;
  /** Claims of a good token; throws on any other. */
  verify(token: string): Promise<FlatClaims>;
  /** Routes of the local host itself. */
  readonly local: readonly LocalRoute[];
  /** Origins of pages in browsers that may call; none: no page may. */
  readonly corsOrigins: readonly string[];
  /** Called after each request that may have written. */
  onWritten(): void;
  log(line: string): void;
}

/** A running gateway. */
export interface Gateway {
  readonly url: string;
  /** Takes no more requests and returns when those at hand are answered, after 10 s at the latest. */
  stop(): Promise<void>;
}

/** A request on its way to its answer. */
interface Arrival {
  readonly request: IncomingMessage;
  readonly requestId: string;
  readonly segments: readonly string[];
  readonly query: string;
  /** Undefined: there were too many. */
  readonly bytes: Buffer | undefined;
}

const host = "127.0.0.1";
const stopMs = 10_000;
const limits = {
  // API Gateway's own limit for all headers together.
  maxHeaderSize: 10_240,
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  keepAliveTimeout: 60_000,
  keepAlive: true,
  noDelay: true,
} as const;

const arrivalOf = (
  request: IncomingMessage,
  requestId: string,
  bytes: Buffer | undefined,
): Arrival => {
  const target = request.url ?? "/";
  const mark = target.indexOf("?");
  const path = mark === -1 ? target : target.slice(0, mark);
  const query = mark === -1 ? "" : target.slice(mark + 1);
  return { request, requestId, segments: pathSegments(path), query, bytes };
};

const unauthorized = (requestId: string): HttpAnswer =>
  problem(401, "Unauthorized", "The request needs a valid bearer token.", requestId, {
    "www-authenticate": 'Bearer scope="" error="invalid_token"',
  });

const tooLarge = (requestId: string): HttpAnswer =>
  problem(413, "Content too large", `The limit is ${bodyBytesMax} bytes.`, requestId);

const misdirected = (requestId: string, host: string | undefined): HttpAnswer => {
  const detail = `This host answers to localhost and 127.0.0.1 only, not to ${host ?? "no name"}.`;
  return problem(421, "Misdirected request", detail, requestId);
};

const claimsOf = async (
  { verify }: GatewayOptions,
  { headers }: IncomingMessage,
): Promise<FlatClaims | undefined> => {
  const token = /^Bearer +(\S+) *$/i.exec(headers.authorization ?? "")?.[1];
  return token === undefined ? undefined : verify(token).catch(() => undefined);
};

/** Answers an arrival as a route of the local host, or through a function as an HTTP API does. */
const answerer = (
  options: GatewayOptions,
  cors: Cors,
): ((arrival: Arrival) => Promise<HttpAnswer>) => {
  const routes = routeTable(options.routes);
  const local = routeTable(options.local);

  const throughFunction = async (arrival: Arrival): Promise<HttpAnswer> => {
    const { request, requestId, segments, query, bytes } = arrival;
    const match = routes.match(request.method ?? "", segments);
    const isOpen = match?.route.open ?? false;
    const claims = isOpen ? undefined : await claimsOf(options, request);
    if (!isOpen && !claims) return unauthorized(requestId);
    if (!bytes) return tooLarge(requestId);
    const { key: routeKey, parameters } = match ?? { key: "$default", parameters: {} };
    const body = requestBody(bytes, request.headers["content-type"]);
    const facts = { requestId, routeKey, parameters, segments, query, claims, body };
    const name = match?.route.handler ?? options.fallback;
    const target = options.functions.get(name);
    if (!target) throw new Error(`${routeKey} leads to ${name}, which is not there.`);
    return httpAnswer(await callFunction(target, httpEvent(request, facts)));
  };

  return async (arrival) => {
    const { request, requestId, segments, bytes } = arrival;
    const { host: name } = request.headers;
    if (!isForThisMachine(name)) return misdirected(requestId, name);
    const preflight = cors.preflight(request);
    if (preflight) return preflight;
    const match = local.match(request.method ?? "", segments);
    if (!match) return throughFunction(arrival);
    return bytes ? match.route.answer({ requestId, body: bytes.toString() }) : tooLarge(requestId);
  };
};

const listen = async (server: Server, port: number): Promise<string> => {
  try {
    server.listen(port, host);
    await once(server, "listening");
  } catch (error) {
    if (!["EADDRINUSE", "EACCES"].includes(errorCode(error))) throw error;
    const state = errorCode(error) === "EACCES" ? "not allowed for this user" : "in use";
    throw new StartupFault(
      `Port ${port} is ${state}.`,
      `Choose another: PORT=${port < 1024 ? 3000 : port + 1} npm start`,
    );
  }
  const address = server.address();
  if (typeof address !== "object" || !address) throw new Error("The gateway has no port.");
  return `http://${host}:${address.port}`;
};

/**
 * Starts the HTTP API of this machine on loopback: routes, JWT authorizer, events and answers as API Gateway's HTTP API
 * has them, functions in this process. Faults become a 500 problem with the request's id, and a line in the log.
 */
export const startGateway = async (options: GatewayOptions): Promise<Gateway> => {
  const cors = createCors(options.corsOrigins);
  const answer = answerer(options, cors);
  let stopping = false;

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const requestId = randomUUID();
    const fault = (error: unknown): HttpAnswer => {
      options.log(`${request.method} ${request.url} failed (${requestId}): ${errorText(error)}`);
      return problem(500, "Internal error", "The fault has been logged.", requestId);
    };
    // The whole body is read before anything is refused: a client that is still sending would not see the answer.
    const body = await readBytes(request, bodyBytesMax).catch(() => "broken off" as const);
    if (body === "broken off") return;
    const answered = await answer(arrivalOf(request, requestId, body)).catch(fault);
    response.setHeader("apigw-requestid", requestId);
    for (const [name, value = ""] of Object.entries(cors.headersFor(request)))
      response.setHeader(name, value);
    try {
      sendAnswer(response, answered, stopping);
    } catch (error) {
      sendAnswer(response, fault(error), stopping);
    }
    if (request.method !== "GET") options.onWritten();
  };

  const server = createServer(limits, (request, response) => void handle(request, response));
  const url = await listen(server, options.port);
  return {
    url,
    stop: async () => {
      stopping = true;
      const closed = once(server, "close");
      server.close();
      const cut = setTimeout(() => server.closeAllConnections(), stopMs);
      await closed;
      clearTimeout(cut);
    },
  };
};
