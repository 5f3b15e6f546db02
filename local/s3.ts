import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer, type ServerResponse } from "node:http";
import { join, normalize } from "node:path";
import { isForThisMachine } from "./loopback.ts";

const host = "127.0.0.1";

/** Where objects lie: each folder of the directory is a bucket. */
export interface S3Options {
  readonly directory: string;
}

/** A running local S3. */
export interface LocalS3 {
  readonly url: string;
  stop(): Promise<void>;
}

const refuse = (response: ServerResponse, status: number, code: string): void => {
  response.writeHead(status, { "content-type": "application/xml" });
  response.end(`<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code></Error>`);
};

/** The file that a path-style address names; undefined for one outside the directory. */
const fileOf = (directory: string, url: string): string | undefined => {
  const { pathname } = new URL(url, `http://${host}`);
  const path = normalize(decodeURIComponent(pathname));
  return path.startsWith("/") && !path.includes("\0") ? join(directory, path) : undefined;
};

const answer = async (
  directory: string,
  method: string | undefined,
  url: string,
  response: ServerResponse,
): Promise<void> => {
  if (method !== "GET") return refuse(response, 405, "MethodNotAllowed");
  try {
    const file = fileOf(directory, url);
    if (file === undefined) return refuse(response, 400, "InvalidURI");
    const object = await readFile(file);
    response.writeHead(200, {
      "content-type": "application/json",
      "content-length": object.length,
    });
    response.end(object);
  } catch {
    refuse(response, 404, "NoSuchKey");
  }
};

/**
 * Starts a look-alike of S3 on a free loopback port. It only reads objects, whole: what the local host writes, the
 * functions read.
 */
export const startS3 = async ({ directory }: S3Options): Promise<LocalS3> => {
  const server = createServer(({ method, url = "/", headers }, response) => {
    if (!isForThisMachine(headers.host)) return refuse(response, 421, "MisdirectedRequest");
    void answer(directory, method, url, response);
  });
  server.listen(0, host);
  await once(server, "listening");
  const address = server.address();
  if (typeof address !== "object" || !address) throw new Error("The local S3 has no port.");
  return {
    url: `http://${host}:${address.port}`,
    stop: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeIdleConnections();
      await closed;
    },
  };
};
