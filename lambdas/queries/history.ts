import * as z from "zod/mini";
import { type HistoryItem, readHistory } from "../../lib/core/log/history.ts";
import { openEach } from "../../lib/core/personal/open-personal.ts";
import { fitting } from "../../lib/core/query/answer-size.ts";
import { decodeCursor, encodeCursor } from "../../lib/core/query/cursor.ts";
import { readHead } from "../../lib/core/query/read-document.ts";
import type { Answer } from "../http/answer.ts";
import { queryParameters } from "../http/request.ts";
import { namedStream } from "./document.ts";
import { type Answerer, Limit, type Query } from "./query.ts";

const Parameters = z.strictObject({ limit: Limit, cursor: z.optional(z.string()) });
const Position = z.int().check(z.minimum(1));

/** One page of the events of the stream in the path, each as `show` gives it. */
const answerEvents = async (
  query: Query,
  name: string,
  show: (item: HistoryItem) => object,
): Promise<Answer> => {
  const { ports, route, event, caller, token } = query;
  const { limit, cursor } = queryParameters(event, Parameters);
  const stream = namedStream(query);
  const scope = [name, stream];
  const from = cursor === undefined ? 1 : decodeCursor(scope, cursor, Position);
  await readHead(ports, route.domain, stream, caller, token);
  const { items, next } = await readHistory(route.domain, ports.store, stream, { from, limit });
  const opened = await openEach(ports.opener, items.map(show));
  const page = fitting(opened.map(({ value }) => value));
  const erased = opened.slice(0, page.length).some((each) => each.erased);
  const following = items[page.length]?.version ?? next;
  return {
    status: 200,
    body: {
      ...(erased ? { erased } : {}),
      items: page,
      ...(following === undefined ? {} : { cursor: encodeCursor(scope, following) }),
    },
  };
};

/** `GET /{collection}/{id}/history`: the events of a stream in order, read strongly. */
export const answerHistory: Answerer = (query) => answerEvents(query, "history", (item) => item);

/** `GET /{collection}/{id}/{log}`: the same in the domain's own words. */
export const answerLog: Answerer = (query) => {
  const { domain, name } = query.route;
  const log = domain.logs?.[name];
  if (!log) throw new Error(`${domain.category} has no log ${name}.`);
  return answerEvents(query, name, ({ version, type, data, actor, time }) => ({
    version,
    type,
    ...log.show({ type, data }),
    actor,
    time,
  }));
};
