import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";

/** A request as it arrived. */
export interface ReceivedRequest {
  /** Name of the operation: `PutItem`. */
  readonly operation: string;
  readonly body: Record<string, unknown>;
}

/** What a server does with a request; it need not answer. */
export type Behaviour = (response: ServerResponse, request: ReceivedRequest) => void;

/** A loopback server that treats requests as it is told. */
export interface FailingServer {
  readonly url: string;
  readonly received: readonly ReceivedRequest[];
  /** Connections that were opened so far. */
  readonly connections: number;
  /** Treats the next requests so, one each, and all that follow as the last says. */
  next(...behaviours: readonly Behaviour[]): void;
  stop(): Promise<void>;
}

const contentType = "application/x-amz-json-1.0";

/** Answers with a status and a body. */
export const answer =
  (status: number, body: object | string = {}): Behaviour =>
  (response) => {
    response.writeHead(status, { "content-type": contentType });
    response.end(typeof body === "string" ? body : JSON.stringify(body));
  };

/** Answers with an error of DynamoDB, in the form of its protocol. */
export const refuse = (type: string, facts: object = {}, status = 400): Behaviour =>
  answer(status, { __type: `com.amazonaws.dynamodb.v20120810#${type}`, message: type, ...facts });

/** Closes the connection without an answer. */
export const hangUp: Behaviour = ({ socket }) => socket?.destroy();

/** Resets the connection. */
export const reset: Behaviour = ({ socket }) => socket?.resetAndDestroy();

/** Never answers. */
export const stall: Behaviour = () => {};

const begin = (response: ServerResponse): void => {
  response.writeHead(200, { "content-type": contentType, "content-length": "100" });
  response.write("{");
};

/** Begins an answer, and says no more. */
export const stallMidway: Behaviour = begin;

/** Begins an answer, and closes the connection. */
export const breakOff: Behaviour = (response) => {
  begin(response);
  setTimeout(() => response.socket?.destroy(), 10);
};

/** Answers in no language that a client knows. */
export const babble: Behaviour = ({ socket }) => socket?.end("what?\r\n\r\n");

/** Starts a server; until it is told otherwise it answers with an empty success. */
export const startFailingServer = async (): Promise<FailingServer> => {
  const received: ReceivedRequest[] = [];
  let queue: readonly Behaviour[] = [answer(200)];
  let connections = 0;
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = await request.toArray();
    const target = String(request.headers["x-amz-target"]);
    const seen = {
      operation: target.slice(target.indexOf(".") + 1),
      body: JSON.parse(Buffer.concat(chunks).toString()),
    };
    received.push(seen);
    const [behave, ...others] = queue;
    if (others.length > 0) queue = others;
    behave?.(response, seen);
  });
  server.on("connection", () => {
    connections += 1;
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (typeof address !== "object" || !address) throw new Error("The server has no port.");
  return {
    url: `http://127.0.0.1:${address.port}`,
    received,
    get connections() {
      return connections;
    },
    next: (...behaviours) => {
      queue = behaviours;
    },
    stop: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
};
