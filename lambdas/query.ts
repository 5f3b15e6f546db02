import type { StreamQuery, StreamRoute } from "../lib/core/domain/registry.ts";
import type { Meter } from "../lib/core/meter.ts";
import { type OpenApi, openApi } from "../lib/core/openapi/openapi.ts";
import { routeKey } from "../lib/core/system/route.ts";
import { registry } from "../lib/domains/index.ts";
import type { Answer } from "./http/answer.ts";
import { endpoint } from "./http/endpoint.ts";
import { callerOf, consistencyToken, type HttpEvent } from "./http/request.ts";
import { unknownRoute } from "./http/unknown-route.ts";
import { answerComparison } from "./queries/comparison.ts";
import { answerDocument } from "./queries/document.ts";
import { answerExport } from "./queries/export.ts";
import { answerHistory, answerLog } from "./queries/history.ts";
import { answerIntegrity } from "./queries/integrity.ts";
import { answerList } from "./queries/list.ts";
import type { Answerer, Query } from "./queries/query.ts";
import { answerView } from "./queries/view.ts";
import { queryPorts } from "./query-ports.ts";
import { type About, createTeller } from "./telling.ts";

const streamAnswerers: Readonly<Record<StreamQuery, Answerer<StreamRoute>>> = {
  list: answerList,
  document: answerDocument,
  history: answerHistory,
  integrity: answerIntegrity,
  log: answerLog,
  comparison: answerComparison,
};
const streamRoutes = new Map(registry.streamQueries.map((route) => [routeKey(route), route]));
const viewRoutes = new Map(registry.viewQueries.map((route) => [routeKey(route), route]));
const teller = createTeller("query");
const portsBy = queryPorts();
let description: OpenApi | undefined;

const queryOf = <R>(route: R, event: HttpEvent, about: About, meter: Meter): Query<R> => ({
  ports: portsBy(meter),
  route,
  event,
  caller: callerOf(event),
  token: consistencyToken(event),
  about,
});

const describe = async (): Promise<Answer> => {
  description ??= openApi(registry);
  return { status: 200, body: description };
};

const systemAnswers: Readonly<Record<string, (event: HttpEvent, meter: Meter) => Promise<Answer>>> =
  {
    "GET /health": async () => ({ status: 200, body: { status: "ok" } }),
    "GET /openapi.json": describe,
    "GET /people/{sub}/export": (event, meter) => answerExport(portsBy(meter), registry, event),
  };

/** Answers the `GET` routes of streams, views and people, and every path that nothing else answers. */
export const handler = endpoint(teller, async (event, about, meter) => {
  const { routeKey: key } = event;
  const streamRoute = streamRoutes.get(key);
  if (streamRoute)
    return streamAnswerers[streamRoute.query](queryOf(streamRoute, event, about, meter));
  const viewRoute = viewRoutes.get(key);
  if (viewRoute) return answerView(queryOf(viewRoute, event, about, meter));
  const answer = Object.hasOwn(systemAnswers, key) ? systemAnswers[key] : undefined;
  if (answer) return answer(event, meter);
  throw unknownRoute(event);
});
