import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import * as z from "zod/mini";
import "../lib/core/english.ts";
import { isForThisMachine } from "./loopback.ts";

const host = "127.0.0.1";

/** Account that every local address names. */
export const localAccount = "000000000000";

/** Region that every local address names: that of the clients. */
export const localRegion = (): string => process.env.AWS_REGION ?? "us-east-1";

/** How a refusal differs from most others. */
export interface RefusalForm {
  readonly status?: number;
  /** Its name in the service's older query protocol, which clients of such a service still look at. */
  readonly queryName?: string;
}

/** A refusal under the name that the service gives it. */
export class AwsRefusal extends Error {
  override readonly name: string;
  readonly form: RefusalForm;

  constructor(name: string, message: string, form: RefusalForm = {}) {
    super(message);
    this.name = name;
    this.form = form;
  }
}

/** One operation: what it makes of a parsed body. The signal tells that nobody waits for the answer any more. */
export type AwsOperation = (body: unknown, signal: AbortSignal) => object | Promise<object>;

/** An operation with the shape of its input; another shape is refused under the service's name for that. */
export const awsOperation =
  <I extends z.core.$ZodType>(
    refusalName: string,
    input: I,
    run: (input: z.output<I>, signal: AbortSignal) => object | Promise<object>,
  ): AwsOperation =>
  (body, signal) => {
    const parsed = z.safeParse(input, body);
    if (parsed.success) return run(parsed.data, signal);
    throw new AwsRefusal(refusalName, z.prettifyError(parsed.error));
  };

/** A service that speaks one of the AWS JSON protocols. */
export interface AwsJsonService {
  /** What its operations are called by: `AmazonSQS` in `AmazonSQS.SendMessage`. */
  readonly target: string;
  readonly contentType: "application/x-amz-json-1.0" | "application/x-amz-json-1.1";
  readonly bodyBytesMax: number;
  readonly operations: Readonly<Record<string, AwsOperation>>;
}

/** A running endpoint. */
export interface AwsJsonEndpoint {
  readonly url: string;
  /** Ends once the requests under way are answered; those that wait for something are told to stop waiting. */
  stop(): Promise<void>;
}

const readBody = async (request: IncomingMessage, bytesMax: number): Promise<unknown> => {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    const part = Buffer.from(chunk);
    bytes += part.length;
    if (bytes > bytesMax)
      throw new AwsRefusal(
        "RequestEntityTooLargeException",
        `A body has at most ${bytesMax} bytes.`,
      );
    chunks.push(part);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString("utf8"));
  } catch {
    throw new AwsRefusal("SerializationException", "The body is not JSON.");
  }
};

const answer = async (
  { target, contentType, bodyBytesMax, operations }: AwsJsonService,
  request: IncomingMessage,
  signal: AbortSignal,
): Promise<object> => {
  const { host: asked, "content-type": type, "x-amz-target": action } = request.headers;
  if (!isForThisMachine(asked))
    throw new AwsRefusal("MisdirectedRequest", `${asked} is not this machine.`, { status: 421 });
  if (type !== contentType)
    throw new AwsRefusal("UnknownOperationException", `The content type must be ${contentType}.`);
  const [service, name = "", ...others] = String(action).split(".");
  const isOurs = service === target && others.length === 0 && Object.hasOwn(operations, name);
  const operation = isOurs ? operations[name] : undefined;
  if (!operation) throw new AwsRefusal("UnknownOperationException", `${action} is not known here.`);
  return operation(await readBody(request, bodyBytesMax), signal);
};

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: object;
}

const refused = (error: unknown, isGone: boolean): Answer => {
  if (error instanceof AwsRefusal) {
    const { name, message, form } = error;
    const { status = 400, queryName } = form;
    const headers = queryName ? { "x-amzn-query-error": `${queryName};Sender` } : undefined;
    return { status, headers: headers ?? {}, body: { __type: name, message } };
  }
  // A client that went away in the middle of its request is no fault of ours.
  if (!isGone) process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  return { status: 500, headers: {}, body: { __type: "InternalFailure", message: "See the log." } };
};

const respond = async (
  service: AwsJsonService,
  request: IncomingMessage,
  response: ServerResponse,
  stopping: AbortSignal,
): Promise<void> => {
  const gone = new AbortController();
  response.once("close", () => gone.abort());
  const signal = AbortSignal.any([gone.signal, stopping]);
  const { status, headers, body } = await answer(service, request, signal).then(
    (found): Answer => ({ status: 200, headers: {}, body: found }),
    (error: unknown) => refused(error, gone.signal.aborted),
  );
  response.writeHead(status, {
    "content-type": service.contentType,
    "x-amzn-requestid": randomUUID(),
    ...(stopping.aborted ? { connection: "close" } : {}),
    ...headers,
  });
  response.end(JSON.stringify(body));
};

/** Starts a service on a loopback port (0: any free one), for unmodified clients of the AWS SDK. */
export const startAwsJson = async (service: AwsJsonService, port = 0): Promise<AwsJsonEndpoint> => {
  const stopping = new AbortController();
  const server = createServer((request, response) => {
    void respond(service, request, response, stopping.signal);
  });
  server.listen(port, host);
  await once(server, "listening");
  const address = server.address();
  if (typeof address !== "object" || !address) throw new Error(`${service.target} has no port.`);
  return {
    url: `http://${host}:${address.port}`,
    stop: async () => {
      stopping.abort();
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeIdleConnections();
      await closed;
    },
  };
};
