import type { Route } from "./route.ts";

/** What pages of other origins may do, where any may: the stack and the local host tell browsers the same. */
export const cors = {
  methods: ["GET", "POST", "DELETE"] satisfies Route["method"][],
  /** Headers that a page may send. */
  requestHeaders: [
    ...["authorization", "content-type", "consistency-token", "correlation-id"],
    ...["idempotency-key", "if-match", "if-none-match"],
  ],
  /** Headers of an answer that a page may see. */
  answerHeaders: ["consistency-token", "etag", "retry-after", "server-timing"],
  /** For how long a browser need not ask again. */
  maxAgeSeconds: 3600,
} as const;

const isOrigin = (text: string): boolean =>
  text === "*" || /^https?:\/\/[a-z0-9.-]+(:\d+)?$/.test(text);

/**
 * Origins of a list that is separated by commas (`https://app.example.org`, with its port where it has one; `*` is any);
 * undefined for a list with something else in it.
 */
export const originsIn = (list: string): readonly string[] | undefined => {
  const origins = list.split(",").map((part) => part.trim());
  return origins.every(isOrigin) ? origins : undefined;
};
