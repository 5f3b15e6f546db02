import { createDocumentClient } from "../lib/adapters/dynamodb/client.ts";
import type { StreamQuery } from "../lib/core/registry.ts";
import { routeKey } from "../lib/core/route.ts";
import { registry } from "../lib/domains/index.ts";
import { endpoint } from "./http/endpoint.ts";
import { callerOf, consistencyToken } from "./http/request.ts";
import { unknownRoute } from "./http/unknown-route.ts";
import { opener } from "./key-ports.ts";
import { answerDocument } from "./queries/document.ts";
import { answerHistory } from "./queries/history.ts";
import { answerIntegrity } from "./queries/integrity.ts";
import { answerList } from "./queries/list.ts";
import type { Answerer, QueryPorts } from "./queries/query.ts";
import { readPorts } from "./read-ports.ts";

const answerers: Readonly<Record<StreamQuery, Answerer>> = {
  list: answerList,
  document: answerDocument,
  history: answerHistory,
  integrity: answerIntegrity,
};
const routes = new Map(registry.streamQueries.map((route) => [routeKey(route), route]));
const client = createDocumentClient();
const ports: QueryPorts = { ...readPorts(client), opener: opener(client) };

/** Answers every `GET`, and every path that nothing else answers. */
export const handler = endpoint(async (event) => {
  if (event.routeKey === "GET /health") return { status: 200, body: { status: "ok" } };
  const route = routes.get(event.routeKey);
  if (!route) throw unknownRoute(event);
  const query = { ports, route, event, caller: callerOf(event), token: consistencyToken(event) };
  return answerers[route.query](query);
});
