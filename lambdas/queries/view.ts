import * as z from "zod/mini";
import type { ViewRoute } from "../../lib/core/domain/registry.ts";
import { badInput, Refusal } from "../../lib/core/errors.ts";
import { inGeneration } from "../../lib/core/query/cursor.ts";
import { listLedger, listTally } from "../../lib/core/query/list-rows.ts";
import { waitForCheckpoints } from "../../lib/core/query/wait-for-checkpoints.ts";
import { ownerIndex } from "../../lib/core/view/document-view.ts";
import type { LedgerView } from "../../lib/core/view/ledger-view.ts";
import type { TallyView } from "../../lib/core/view/tally-view.ts";
import { mayAsk } from "../../lib/core/view/view-query.ts";
import type { Answer } from "../http/answer.ts";
import { type HttpEvent, parseInput } from "../http/request.ts";
import { answerDocuments } from "./list.ts";
import { answerOne } from "./one.ts";
import { type Answerer, chooseBuild, Page, type Query } from "./query.ts";

interface Asked {
  readonly parameters: unknown;
  readonly limit: number;
  readonly cursor: string | undefined;
}

/** Parameters of the path and of the query string together; refuses one that is in both. */
const allParameters = ({ pathParameters = {} }: HttpEvent, named: object): object => {
  const twice = Object.keys(pathParameters).find((name) => Object.hasOwn(named, name));
  if (twice !== undefined) throw badInput(twice, "is in the path already");
  return { ...named, ...pathParameters };
};

/** What is asked, checked; functions of the view get the parameters as they came. One object has no pages. */
const asked = ({ event, route, caller }: Query<ViewRoute>): Asked => {
  const { limit, cursor, ...others } = event.queryStringParameters ?? {};
  const named = route.query.one ? (event.queryStringParameters ?? {}) : others;
  const parameters = allParameters(event, named);
  const page = parseInput(() => Page.parse(route.query.one ? {} : { limit, cursor }));
  parseInput(() => z.parse(route.query.parameters, parameters));
  if (!mayAsk(route.query, parameters, caller))
    throw new Refusal("forbidden", `What ${route.path} would show is not yours.`);
  return { parameters, limit: page.limit, cursor: page.cursor };
};

const rowsOf = (
  { ports: { tables }, route: { query } }: Query<ViewRoute>,
  view: LedgerView | TallyView,
  generation: number,
) => {
  switch (view.kind) {
    case "ledger": {
      const rows = tables.ledger(view, generation);
      return { checkpoints: rows, list: listLedger.bind(undefined, view, query, rows) };
    }
    case "tally": {
      const rows = tables.tally(view, generation);
      return { checkpoints: rows, list: listTally.bind(undefined, view, query, rows) };
    }
  }
};

const answerRows = async (
  query: Query<ViewRoute>,
  view: LedgerView | TallyView,
  { parameters, limit, cursor: text }: Asked,
): Promise<Answer> => {
  const { ports, caller, token } = query;
  const { generation, ...position } = await chooseBuild(ports, view.name, text);
  const rows = rowsOf(query, view, generation);
  await waitForCheckpoints(ports, view, rows.checkpoints, token, caller);
  const { items, cursor } = await rows.list({ parameters, caller, token, limit, ...position });
  const next = cursor === undefined ? {} : { cursor: inGeneration(generation, cursor) };
  return { status: 200, body: { items, ...next } };
};

/** `GET /views/{name}`: rows of a view, in its own order. */
export const answerView: Answerer<ViewRoute> = async (query) => {
  const { route, caller, about } = query;
  const { view } = route;
  about({ view: view.name });
  const question = asked(query);
  if (view.kind === "tally" && route.query.one) return answerOne(query, view, question.parameters);
  if (view.kind !== "document") return answerRows(query, view, question);
  const { index = ownerIndex, descending = false, partition } = route.query;
  return answerDocuments(query, {
    view,
    index,
    partition: partition(question.parameters, caller),
    descending,
    limit: question.limit,
    cursor: question.cursor,
  });
};
