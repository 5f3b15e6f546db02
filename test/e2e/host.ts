import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type System, type SystemOptions, startSystem } from "../../local/system.ts";
import { type Ask, createHttp, type Http, type Reply } from "./http.ts";

/** A user with a token: every call is theirs. */
export interface User {
  readonly sub: string;
  readonly token: string;
  get(path: string, headers?: Ask["headers"]): Promise<Reply>;
  post(path: string, body?: unknown, headers?: Ask["headers"]): Promise<Reply>;
  send(path: string, ask: Ask): Promise<Reply>;
}

/** A user by their token. */
export const userOf = (http: Http, sub: string, token: string): User => {
  const send = (path: string, ask: Ask) => http(path, { token, ...ask });
  return {
    sub,
    token,
    get: (path, headers = {}) => send(path, { headers }),
    post: (path, body = {}, headers = {}) => send(path, { method: "POST", body, headers }),
    send,
  };
};

/** The whole system on a data directory of its own. */
export interface Host {
  readonly system: System;
  readonly http: Http;
  readonly dataDir: string;
  /** A user; admins and auditors by their groups. */
  as(sub: string, ...groups: readonly string[]): Promise<User>;
  /** Stops and starts on the same data: functions forget what they had remembered. */
  restart(): Promise<void>;
  /** Stops, and removes the data unless it is to be kept. */
  stop(options?: { readonly keepData?: boolean }): Promise<void>;
}

/** Starts the whole system on a free port. */
export const startHost = async (options: Partial<SystemOptions> = {}): Promise<Host> => {
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), "everfold-e2e-")));
  const begin = () => startSystem({ port: 0, ...options, dataDir });
  let system = await begin();
  let http = createHttp(system.url);
  const end = async (): Promise<void> => {
    http.close();
    await system.stop();
  };
  const as = async (sub: string, ...groups: readonly string[]): Promise<User> =>
    userOf(http, sub, await system.token(sub, groups));
  return {
    get system() {
      return system;
    },
    get http() {
      return http;
    },
    dataDir,
    as,
    restart: async () => {
      await end();
      system = await begin();
      http = createHttp(system.url);
    },
    stop: async ({ keepData = false } = {}) => {
      await end();
      if (!keepData) await rm(dataDir, { recursive: true, force: true });
    },
  };
};
