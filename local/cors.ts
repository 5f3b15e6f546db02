import type { IncomingMessage, OutgoingHttpHeaders } from "node:http";
import { cors, originsIn } from "../lib/core/system/cors.ts";
import type { HttpAnswer } from "./http-result.ts";
import { StartupFault } from "./startup-fault.ts";

/** What browsers are told, as an HTTP API tells them. */
export interface Cors {
  /** The answer to a browser that asks before it sends; undefined for any other request, and while no page may call. */
  preflight(request: Pick<IncomingMessage, "method" | "headers">): HttpAnswer | undefined;
  /** What goes with each answer; nothing for a page that may not call. */
  headersFor(request: Pick<IncomingMessage, "headers">): OutgoingHttpHeaders;
}

/** Tells browsers which pages may call: those of these origins. */
export const createCors = (origins: readonly string[]): Cors => {
  const allowed = (origin: string): string | undefined =>
    ["*", origin].find((each) => origins.includes(each));
  const headersFor: Cors["headersFor"] = ({ headers: { origin } }) => {
    const answered = origin === undefined ? undefined : allowed(origin);
    if (answered === undefined) return {};
    return {
      "access-control-allow-origin": answered,
      "access-control-expose-headers": cors.answerHeaders.join(","),
      vary: "origin",
    };
  };
  return {
    headersFor,
    preflight: (request) => {
      const { origin, "access-control-request-method": wanted } = request.headers;
      const isAsked = request.method === "OPTIONS" && origin !== undefined && wanted !== undefined;
      if (origins.length === 0 || !isAsked) return undefined;
      if (allowed(origin) === undefined) return { status: 204, headers: {}, body: "" };
      const headers = {
        "access-control-allow-methods": cors.methods.join(","),
        "access-control-allow-headers": cors.requestHeaders.join(","),
        "access-control-max-age": String(cors.maxAgeSeconds),
      };
      return { status: 204, headers, body: "" };
    },
  };
};

/** The origins that `CORS_ORIGINS` names, separated by commas; none when it is empty. Refuses what is no origin. */
export const corsOriginsFrom = (text: string): readonly string[] => {
  const origins = text === "" ? [] : originsIn(text);
  if (origins) return origins;
  throw new StartupFault(
    `CORS_ORIGINS is "${text}", which is no list of origins.`,
    "Try: CORS_ORIGINS=http://localhost:5173 npm start",
  );
};
