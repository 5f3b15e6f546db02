import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";

/**
 * What happens to one request: it is lost on the way there, or its answer on the way back; or a
 * server in between answers with a fault of its own, before or after the request got through.
 */
export type Loss = "none" | "request-lost" | "answer-lost" | "fault-before" | "fault-after";

/** A proxy before a store that loses requests and answers as it is told. */
export interface LossyProxy {
  readonly url: string;
  /** Asked for every request, by the name of its operation. */
  lossOf: (operation: string) => Loss;
  stop(): Promise<void>;
}

const contentType = "application/x-amz-json-1.0";

const fail = (response: ServerResponse): void => {
  response.writeHead(500, { "content-type": contentType });
  response.end(JSON.stringify({ __type: "com.amazonaws.dynamodb.v20120810#InternalServerError" }));
};

const passedOn = ["x-amz-target", "x-amz-date", "authorization"];

const forward = async (
  target: string,
  request: IncomingMessage,
  body: Buffer<ArrayBuffer>,
): Promise<{ readonly status: number; readonly text: string }> => {
  const headers = new Headers({ "content-type": contentType });
  for (const name of passedOn) headers.set(name, String(request.headers[name]));
  const answer = await fetch(target, { method: "POST", headers, body });
  return { status: answer.status, text: await answer.text() };
};

/** Starts a proxy that loses nothing yet. */
export const startLossyProxy = async (target: string): Promise<LossyProxy> => {
  const server = createServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray());
    const operation = String(request.headers["x-amz-target"]).replace(/^.*\./, "");
    const loss = proxy.lossOf(operation);
    if (loss === "request-lost") return response.socket?.destroy();
    if (loss === "fault-before") return fail(response);
    const { status, text } = await forward(target, request, body);
    if (loss === "answer-lost") return response.socket?.destroy();
    if (loss === "fault-after") return fail(response);
    response.writeHead(status, { "content-type": contentType });
    return response.end(text);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (typeof address !== "object" || !address) throw new Error("The proxy has no port.");
  const proxy: LossyProxy = {
    url: `http://127.0.0.1:${address.port}`,
    lossOf: () => "none",
    stop: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
  return proxy;
};
