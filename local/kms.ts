import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { join } from "node:path";
import { type KeyFile, openKeyFile } from "./kms-keys.ts";
import { KmsRefusal, operations } from "./kms-operations.ts";

const host = "127.0.0.1";
const bodyBytesMax = 1024 * 1024;
const target = "TrentService.";

/** Name of the file that holds the keys; whoever has it and the data can read every personal value. */
export const keyFileName = "kms.json";

/** Where the keys are kept. */
export interface KmsOptions {
  readonly dataDir: string;
}

/** A running local KMS. */
export interface Kms {
  readonly url: string;
  stop(): Promise<void>;
}

const readBody = async (request: IncomingMessage): Promise<unknown> => {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    const part = Buffer.from(chunk);
    bytes += part.length;
    if (bytes > bodyBytesMax)
      throw new KmsRefusal("ValidationException", `The body has more than ${bodyBytesMax} bytes.`);
    chunks.push(part);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString("utf8"));
  } catch {
    throw new KmsRefusal("SerializationException", "The body is not JSON.");
  }
};

const answer = async (keys: KeyFile, request: IncomingMessage): Promise<object> => {
  const named = request.headers["x-amz-target"];
  const name = typeof named === "string" && named.startsWith(target) && named.slice(target.length);
  const operation = name && Object.hasOwn(operations, name) ? operations[name] : undefined;
  if (!operation)
    throw new KmsRefusal("UnknownOperationException", `${named} is not known to the local KMS.`);
  return operation(keys, await readBody(request));
};

const send = (response: ServerResponse, status: number, body: object): void => {
  response.writeHead(status, {
    "content-type": "application/x-amz-json-1.1",
    "x-amzn-requestid": randomUUID(),
  });
  response.end(JSON.stringify(body));
};

const handle = async (
  keys: KeyFile,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> => {
  try {
    send(response, 200, await answer(keys, request));
  } catch (error) {
    if (error instanceof KmsRefusal)
      return send(response, 400, { __type: error.name, message: error.message });
    const message = error instanceof Error ? error.message : "unknown";
    send(response, 500, { __type: "KMSInternalException", message });
  }
};

/**
 * Starts a look-alike of KMS on a free loopback port: the AWS JSON protocol, real AES-256-GCM, encryption contexts,
 * key states with their errors, pending deletion and tags. Keys are on disk, for their owner only, before an answer is
 * given. Refuses to start on a file that it cannot read.
 */
export const startKms = async ({ dataDir }: KmsOptions): Promise<Kms> => {
  const keys = await openKeyFile(join(dataDir, keyFileName));
  const server = createServer((request, response) => void handle(keys, request, response));
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, host, resolve);
  });
  const address = server.address();
  if (typeof address !== "object" || !address) throw new Error("The local KMS has no port.");
  return {
    url: `http://${host}:${address.port}`,
    stop: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeIdleConnections();
      await closed;
      await keys.settled();
    },
  };
};
