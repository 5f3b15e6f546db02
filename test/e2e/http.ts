import { Agent, type IncomingMessage, request } from "node:http";

/** What is sent; `body` as JSON, `raw` as it is. */
export interface Ask {
  readonly method?: string;
  readonly token?: string | undefined;
  readonly headers?: Readonly<Record<string, string | string[]>>;
  readonly body?: unknown;
  readonly raw?: string | Uint8Array;
}

/** What came back, its body parsed where it is JSON. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly text: string;
  readonly body: unknown;
}

/** Sends requests to one place over connections that stay open; paths go out as they are written. */
export interface Http {
  (path: string, ask?: Ask): Promise<Reply>;
  close(): void;
}

const answerMs = 30_000;

/** An answer that had begun and did not end. */
export class BrokenAnswer extends Error {
  override readonly name = "BrokenAnswer";
}

const readAll = async (message: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of message) chunks.push(chunk);
  } catch (cause) {
    throw new BrokenAnswer(`An answer broke off after ${chunks.length} pieces.`, { cause });
  }
  return Buffer.concat(chunks).toString("utf8");
};

const parsed = (text: string, type = ""): unknown =>
  /json/.test(type) && text !== "" ? JSON.parse(text) : undefined;

const replyOf = async (message: IncomingMessage): Promise<Reply> => {
  const text = await readAll(message);
  const headers = Object.fromEntries(
    Object.entries(message.headers).map(([name, value]) => [name, value?.toString()]),
  );
  const { statusCode: status = 0 } = message;
  return { status, headers, text, body: parsed(text, headers["content-type"]) };
};

const payloadOf = ({ body, raw }: Ask): string | Uint8Array | undefined =>
  raw ?? (body === undefined ? undefined : JSON.stringify(body));

/** A client of one host. */
export const createHttp = (url: string, socketsMax = 64): Http => {
  const agent = new Agent({ keepAlive: true, maxSockets: socketsMax });
  const { hostname, port } = new URL(url);
  const send = (path: string, ask: Ask = {}): Promise<Reply> => {
    const payload = payloadOf(ask);
    const { method = payload === undefined ? "GET" : "POST", token } = ask;
    const headers = {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(payload === undefined ? {} : { "content-type": "application/json" }),
      ...ask.headers,
    };
    return new Promise((resolve, reject) => {
      const options = { agent, hostname, port, path, method, headers, timeout: answerMs };
      const sent = request(options, (message) => replyOf(message).then(resolve, reject));
      sent.once("timeout", () => sent.destroy(new Error(`${method} ${path} was not answered.`)));
      sent.once("error", reject);
      sent.end(payload);
    });
  };
  return Object.assign(send, { close: () => agent.destroy() });
};

/** What an answer says that it cost: round trips to the store, read units, write units. */
export const priceOf = ({ headers }: Reply): readonly number[] => {
  const [, ...numbers] =
    /^rt;desc="([\d.]+)", rcu;desc="([\d.]+)", wcu;desc="([\d.]+)"$/.exec(
      headers["server-timing"] ?? "",
    ) ?? [];
  return numbers.map(Number);
};

/** The items of a list. */
export const itemsOf = ({ body, text }: Reply): readonly Readonly<Record<string, unknown>>[] => {
  const { items } = Object(body);
  if (Array.isArray(items)) return items;
  throw new Error(`There are no items in ${text}`);
};

/** Where the next page begins; undefined on the last one. */
export const cursorOf = ({ body }: Reply): string | undefined => Object(body).cursor;

/** Sends a reply's token back. */
export const seen = (...replies: readonly Reply[]): Readonly<Record<string, string>> => ({
  "consistency-token": replies.map(({ headers }) => headers["consistency-token"] ?? "").join(","),
});

const servedMs = 60_000;

/** Asks again, as the contract says, while a view has not taken in what the token names. */
export const whenServed = async (ask: () => Promise<Reply>): Promise<Reply> => {
  const deadline = Date.now() + servedMs;
  for (;;) {
    const reply = await ask();
    if (reply.status !== 503 || reply.headers["retry-after"] === undefined) return reply;
    if (Date.now() > deadline) throw new Error(`Still unavailable: ${reply.text}`);
  }
};
