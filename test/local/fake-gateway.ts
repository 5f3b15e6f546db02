import type { Route } from "../../lib/core/system/route.ts";
import type { Handler, LocalFunction } from "../../local/function.ts";
import { type Gateway, type GatewayOptions, startGateway } from "../../local/gateway.ts";

/** A gateway before functions that a test makes up, and what it was told. */
export interface FakeGateway extends Gateway {
  /** Events that functions were called with, by function. */
  readonly calls: readonly { readonly name: string; readonly event: unknown }[];
  readonly lines: readonly string[];
  /** Requests after which the streams are to be looked at. */
  readonly writes: () => number;
}

/** Routes that show every rule of matching. */
export const fakeRoutes: readonly Route[] = [
  { method: "GET", path: "/health", handler: "query", open: true },
  { method: "GET", path: "/accounts", handler: "query" },
  { method: "GET", path: "/accounts/{id}", handler: "query" },
  { method: "GET", path: "/accounts/latest", handler: "query" },
  { method: "POST", path: "/accounts/{id}/deposit", handler: "command" },
  { method: "DELETE", path: "/people/{sub}", handler: "people" },
];

/** Starts a gateway whose functions all are `handler`; the token `good` is alice's. */
export const startFakeGateway = async (
  handler: Handler,
  more: Partial<GatewayOptions> & { readonly timeoutMs?: number } = {},
): Promise<FakeGateway> => {
  const calls: { name: string; event: unknown }[] = [];
  const lines: string[] = [];
  let writes = 0;
  const fake = (name: string): LocalFunction => ({
    name,
    timeoutMs: more.timeoutMs ?? 5_000,
    handler: (event, context) => {
      calls.push({ name, event });
      return handler(event, context);
    },
  });
  const gateway = await startGateway({
    port: 0,
    routes: fakeRoutes,
    functions: new Map([
      ["command", fake("command")],
      ["query", fake("query")],
      ["people", fake("people")],
    ]),
    fallback: "query",
    verify: async (token) => {
      if (token === "good") return { sub: "alice", "cognito:groups": "[admin auditor]" };
      throw new Error("not good");
    },
    local: [],
    corsOrigins: [],
    onWritten: () => {
      writes += 1;
    },
    log: (line) => lines.push(line),
    ...more,
  });
  return { ...gateway, calls, lines, writes: () => writes };
};

/** Headers of a request with a good token. */
export const asAlice = { authorization: "Bearer good" };
