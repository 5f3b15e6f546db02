import * as z from "zod";
import { decodeCursor, encodeCursor } from "../../lib/core/cursor.ts";
import { readHistory } from "../../lib/core/history.ts";
import { openPersonal } from "../../lib/core/open-personal.ts";
import { readHead } from "../../lib/core/read-document.ts";
import { queryParameters } from "../http/request.ts";
import { namedStream } from "./document.ts";
import { type Answerer, Limit } from "./query.ts";

const Parameters = z.strictObject({ limit: Limit, cursor: z.string().optional() });
const Position = z.int().min(1);

/** `GET /{collection}/{id}/history`: the events of a stream in order, read strongly. */
export const answerHistory: Answerer = async (query) => {
  const { ports, route, event, caller, token } = query;
  const { limit, cursor } = queryParameters(event, Parameters);
  const stream = namedStream(query);
  const scope = ["history", stream];
  const from = cursor === undefined ? 1 : decodeCursor(scope, cursor, Position);
  await readHead(ports, route.domain, stream, caller, token);
  const { items, next } = await readHistory(route.domain, ports.store, stream, { from, limit });
  const { value, erased } = await openPersonal(ports.opener, items);
  return {
    status: 200,
    body: {
      ...(erased ? { erased } : {}),
      items: value,
      ...(next === undefined ? {} : { cursor: encodeCursor(scope, next) }),
    },
  };
};
