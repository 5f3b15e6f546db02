import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** A local host in a process of its own. */
export interface HostProcess {
  readonly child: ChildProcess;
  /** What it has printed, and what it has complained about. */
  readonly printed: () => string;
  readonly complained: () => string;
  /** Its URL, once it is up; throws when it ends before. */
  readonly url: Promise<string>;
  /** How it ended. */
  readonly ended: Promise<{ readonly code: number | null; readonly signal: string | null }>;
}

/** Starts `bin/local.ts` with these variables. */
export const startHost = (variables: Readonly<Record<string, string>>): HostProcess => {
  const child = spawn(process.execPath, ["--import", "tsx", "bin/local.ts"], {
    cwd: root,
    env: { ...process.env, PORT: "0", ...variables },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let printed = "";
  let complained = "";
  const urlIn = () => /API +(http:\S+)/.exec(printed)?.[1];
  const url = new Promise<string>((resolve, reject) => {
    child.stdout.on("data", (chunk: Buffer) => {
      printed += chunk.toString();
      const found = urlIn();
      if (found !== undefined && printed.includes("Ctrl-C")) resolve(found);
    });
    child.once("close", () => reject(new Error(`The host ended: ${complained}`)));
  });
  url.catch(() => undefined);
  child.stderr.on("data", (chunk: Buffer) => {
    complained += chunk.toString();
  });
  const ended = once(child, "close").then(([code, signal]) => ({ code, signal }));
  return { child, printed: () => printed, complained: () => complained, url, ended };
};

/** Calls of one user to a host. */
export const callerOf = async (url: string, sub: string, groups: readonly string[] = []) => {
  const body = JSON.stringify({ sub, groups });
  const answer = await fetch(`${url}/local/token`, { method: "POST", body });
  const { token } = (await answer.json()) as { readonly token: string };
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  return {
    get: (path: string, more: Readonly<Record<string, string>> = {}) =>
      fetch(url + path, { headers: { ...headers, ...more } }),
    post: (path: string, body: object = {}) =>
      fetch(url + path, { method: "POST", headers, body: JSON.stringify(body) }),
  };
};

/** The body of `POST /accounts/{id}/open`. */
export const opening = {
  owner: { name: "Alice", email: "alice@example.com" },
  currency: "USD",
  initialBalance: 0,
};
