import type { CommandAnswer } from "../../lib/core/command/command-request.ts";
import { formatToken } from "../../lib/core/query/consistency-token.ts";
import type { Answer } from "./answer.ts";

/**
 * The answer to a command: what became of the first stream, which is the caller's own; the token names every stream
 * that the request decided on.
 */
export const commandAnswer = (id: string, { streams }: CommandAnswer): Answer => {
  const [own] = streams;
  if (!own) throw new Error("A command decided on no stream.");
  const { version, created, events } = own;
  const seen = streams.filter((stream) => stream.version > 0);
  return {
    status: created ? 201 : 200,
    body: { id, version, events },
    headers: {
      etag: `"${version}"`,
      ...(seen.length > 0 ? { "consistency-token": formatToken(seen) } : {}),
    },
  };
};
