import * as z from "zod/mini";
import { Refusal } from "../../lib/core/errors.ts";
import { type ChainPosition, chainStart } from "../../lib/core/log/integrity.ts";
import { verifyStream } from "../../lib/core/log/verify-stream.ts";
import { decodeCursor, encodeCursor } from "../../lib/core/query/cursor.ts";
import { readHead } from "../../lib/core/query/read-document.ts";
import { queryParameters } from "../http/request.ts";
import { namedStream, readLive } from "./document.ts";
import type { Answerer, Query } from "./query.ts";

const Parameters = z.strictObject({ cursor: z.optional(z.string()) });

const Count = z.int().check(z.minimum(0));

const Position = z.pipe(
  z.tuple([Count, z.base64url(), Count, z.string()]),
  z.transform(
    ([version, hash, commits, time]): ChainPosition => ({
      version,
      hash: Buffer.from(hash, "base64url"),
      commits,
      time,
    }),
  ),
);

const hex = (hash: Uint8Array): string => Buffer.from(hash).toString("hex");

/** Refuses whoever may not read; a log that is too damaged to tell is what this is asked for, and its row tells then. */
const checkReader = async (query: Query, stream: string): Promise<void> => {
  const { ports, route, caller, token } = query;
  try {
    await readHead(ports, route.domain, stream, caller, token);
  } catch (error) {
    if (error instanceof Refusal) throw error;
    await readLive(query, stream);
  }
};

/** `GET /{collection}/{id}/integrity`: whether the chain of a stream's commits is whole; long streams page by page. */
export const answerIntegrity: Answerer = async (query) => {
  const { ports, event } = query;
  const { cursor } = queryParameters(event, Parameters);
  const stream = namedStream(query);
  const scope = ["integrity", stream];
  const start = cursor === undefined ? chainStart : decodeCursor(scope, cursor, Position);
  await checkReader(query, stream);
  const verified = await verifyStream(ports.store, stream, start);
  if ("brokenAt" in verified) return { status: 200, body: { ok: false, ...verified } };
  const { version, hash, commits, time, more } = verified;
  const position = [version, Buffer.from(hash).toString("base64url"), commits, time];
  return {
    status: 200,
    body: {
      ok: true,
      commits,
      version,
      hash: hex(hash),
      ...(more ? { cursor: encodeCursor(scope, position) } : {}),
    },
  };
};
