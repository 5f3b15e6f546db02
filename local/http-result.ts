import type { OutgoingHttpHeaders, ServerResponse } from "node:http";

/** An answer ready to be sent. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: OutgoingHttpHeaders;
  readonly body: string | Buffer;
}

/** Largest answer of a function, Lambda's own limit. */
export const answerBytesMax = 6 * 1024 * 1024;

/** Bytes that one character can become in JSON. */
const jsonBytesMax = 6;

/** A problem that the gateway itself answers with. */
export const problem = (
  status: number,
  title: string,
  detail: string,
  requestId: string,
  headers: OutgoingHttpHeaders = {},
): HttpAnswer => ({
  status,
  headers: { "content-type": "application/problem+json", ...headers },
  body: JSON.stringify({ type: "about:blank", title, status, detail, requestId }),
});

const json = (status: number, value: unknown): HttpAnswer => ({
  status,
  headers: { "content-type": "application/json" },
  body: value === undefined ? "" : typeof value === "string" ? value : JSON.stringify(value),
});

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null;

const fail = (reason: string): never => {
  throw new Error(`The function's answer is malformed: ${reason}`);
};

const headersOf = ({ headers, cookies, body }: Readonly<Record<string, unknown>>) => {
  const sent: OutgoingHttpHeaders = {};
  for (const [name, value] of Object.entries(isObject(headers) ? headers : {}))
    if (["string", "number", "boolean"].includes(typeof value))
      sent[name.toLowerCase()] = String(value);
    else if (value !== undefined && value !== null) fail(`header ${name} is no text`);
  if (body !== undefined) sent["content-type"] ??= "text/plain;charset=UTF-8";
  if (Array.isArray(cookies) && cookies.length > 0) sent["set-cookie"] = cookies.map(String);
  return sent;
};

const bodyOf = ({ body, isBase64Encoded }: Readonly<Record<string, unknown>>): string | Buffer => {
  if (body === undefined || body === null) return "";
  if (typeof body !== "string") return fail("body is no text");
  return isBase64Encoded === true ? Buffer.from(body, "base64") : body;
};

/** Bytes of what a function returned; its JSON is made again only where the body could make it too large. */
const answerBytes = (result: object, body: string | Buffer): number =>
  body.length * jsonBytesMax > answerBytesMax ? Buffer.byteLength(JSON.stringify(result)) : 0;

/**
 * The answer that an HTTP API makes of what a function returned: its status, headers, cookies and body; anything
 * without a status is the JSON body of a 200. Throws when the answer is malformed or larger than Lambda allows.
 */
export const httpAnswer = (result: unknown): HttpAnswer => {
  if (!isObject(result) || result.statusCode === undefined) return json(200, result);
  const status = Number(result.statusCode);
  if (!Number.isInteger(status) || status < 200 || status > 599)
    return fail(`statusCode is ${String(result.statusCode)}`);
  const answer = { status, headers: headersOf(result), body: bodyOf(result) };
  if (answerBytes(result, answer.body) > answerBytesMax)
    return fail(`the answer has more than ${answerBytesMax} bytes`);
  return answer;
};

/** Sends an answer; `isLast` closes the connection after it. */
export const sendAnswer = (
  response: ServerResponse,
  { status, headers, body }: HttpAnswer,
  isLast: boolean,
): void => {
  response.writeHead(status, {
    ...headers,
    ...(status !== 204 && status !== 304 && { "content-length": Buffer.byteLength(body) }),
    ...(isLast && { connection: "close" }),
  });
  response.end(body);
};
