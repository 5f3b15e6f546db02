import type { IncomingMessage } from "node:http";

/** A body as API Gateway passes it on. */
export interface RequestBody {
  readonly body?: string;
  readonly isBase64Encoded: boolean;
}

/** API Gateway's own limit; functions have lower ones. */
export const bodyBytesMax = 10 * 1024 * 1024;

// Tried against AWS: an HTTP API passes these types on as text and everything else, no type included, as base64.
const textTypes = /^(text\/|application\/(json|xml|javascript)\s*(;|$))/i;

/**
 * The bytes of a request's body, read to the end; undefined when there are more than `max`, of which no more than that
 * are kept. Throws when the client breaks off.
 */
export const readBytes = (request: IncomingMessage, max: number): Promise<Buffer | undefined> =>
  new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= max) chunks.push(chunk);
      else chunks.length = 0;
    });
    request.once("end", () => resolve(bytes <= max ? Buffer.concat(chunks) : undefined));
    request.once("error", reject);
  });

const asText = (bytes: Buffer): string | undefined => {
  const text = bytes.toString("utf8");
  // Decoding never fails but replaces what is not UTF-8; only then the bytes differ.
  return !text.includes("\ufffd") || Buffer.from(text).equals(bytes) ? text : undefined;
};

/** A body for an event: text as it is, anything else as base64. */
export const requestBody = (bytes: Buffer, contentType: string | undefined): RequestBody => {
  if (bytes.length === 0) return { isBase64Encoded: false };
  const text = textTypes.test(contentType ?? "") ? asText(bytes) : undefined;
  return text === undefined
    ? { body: bytes.toString("base64"), isBase64Encoded: true }
    : { body: text, isBase64Encoded: false };
};
