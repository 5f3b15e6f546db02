import { keyOf, streamIdOf, streamOf } from "../../lib/core/domain/domain.ts";
import type { ViewRoute } from "../../lib/core/domain/registry.ts";
import { readCurrent } from "../../lib/core/query/read-document.ts";
import { waitForCheckpoints } from "../../lib/core/query/wait-for-checkpoints.ts";
import { documentView } from "../../lib/core/view/document-view.ts";
import type { TallyView } from "../../lib/core/view/tally-view.ts";
import type { Answer } from "../http/answer.ts";
import { chooseBuild, type Query, readPorts } from "./query.ts";

/** The state of the caller's own stream under the path, brought up to what the token names. */
const ownState = async ({ ports, route, event, caller, token }: Query<ViewRoute>) => {
  const { domain } = route;
  const id = event.pathParameters?.[keyOf(domain).parameter];
  const stream = streamOf(domain, streamIdOf(domain, id, caller));
  const view = documentView(domain);
  const { generation } = await chooseBuild(ports, view.name, undefined);
  return (await readCurrent(readPorts(ports, generation), view, stream, token)).state;
};

/** One object made of a tally's row and the caller's own stream. */
export const answerOne = async (
  query: Query<ViewRoute>,
  view: TallyView,
  parameters: unknown,
): Promise<Answer> => {
  const { ports, route, caller, token } = query;
  const { generation } = await chooseBuild(ports, view.name, undefined);
  const rows = ports.tables.tally(view, generation);
  const own = await ownState(query);
  await waitForCheckpoints(ports, view, rows, token);
  const partition = route.query.partition(parameters, caller);
  const [row] = await rows.list({ partition, range: {}, descending: false, limit: 1 });
  return { status: 200, body: route.query.one?.({ sums: row?.sums ?? {}, own }, parameters) ?? {} };
};
