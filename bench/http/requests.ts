import { Agent, request } from "node:http";
import { answerParent } from "./child.ts";
import { bear, type Done, type Load } from "./load.ts";

/** Where the accounts are, one for each token, or a load to bear. */
export type RequestsQuestion = { readonly url: string; readonly tokens: readonly string[] } | Load;

const agent = new Agent({ keepAlive: true });
let host:
  | { readonly port: string; readonly headers: readonly Record<string, string>[] }
  | undefined;

const send = (method: "GET" | "POST", user: number, path: string, body = ""): Promise<string> =>
  new Promise((resolve, reject) => {
    const { port = "", headers = [] } = host ?? {};
    const sent = { ...headers[user], "content-length": Buffer.byteLength(body) };
    const options = { agent, host: "127.0.0.1", port, method, path, headers: sent };
    const asked = request(options, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () => {
        const text = Buffer.concat(chunks).toString();
        if (response.statusCode === 200 || response.statusCode === 201) resolve(text);
        else reject(new Error(`${method} ${path}: ${response.statusCode} ${text}`));
      });
    });
    asked.on("error", reject);
    asked.end(body);
  });

const usersOf = (): number => host?.headers.length ?? 0;

const open = (n: number): Promise<string> =>
  send(
    "POST",
    n,
    `/accounts/a${n}/open`,
    JSON.stringify({
      owner: { name: `User ${n}`, email: `user${n}@example.com` },
      currency: "EUR",
      initialBalance: 10_000,
    }),
  );

const deposit = (n: number): Promise<string> => {
  const user = n % usersOf();
  const body = JSON.stringify({ amount: 100 + (n % 900) });
  return send("POST", user, `/accounts/a${user}/deposit`, body);
};

const get = (n: number): Promise<string> => {
  const user = n % usersOf();
  return send("GET", user, `/accounts/a${user}`);
};

answerParent<RequestsQuestion, Done | undefined>(
  async (question) => {
    if ("kind" in question) return bear(question, deposit, get);
    const { url, tokens } = question;
    const headers = tokens.map((token) => ({
      authorization: `Bearer ${token}`,
      "content-type": "application/json",
    }));
    host = { port: new URL(url).port, headers };
    for (let n = 0; n < usersOf(); n += 1) await open(n);
    return undefined;
  },
  async () => agent.destroy(),
);
