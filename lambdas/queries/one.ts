import type { ViewRoute } from "../../lib/core/domain/registry.ts";
import { readCurrent } from "../../lib/core/query/read-document.ts";
import { waitForCheckpoints } from "../../lib/core/query/wait-for-checkpoints.ts";
import { documentView } from "../../lib/core/view/document-view.ts";
import { nearestNumbers } from "../../lib/core/view/sum.ts";
import type { TallyView } from "../../lib/core/view/tally-view.ts";
import type { Answer } from "../http/answer.ts";
import { namedStream } from "./document.ts";
import { chooseBuild, type Query, readPorts } from "./query.ts";

/** The state of the caller's own stream under the path, brought up to what the token names. */
const ownState = async (query: Query<ViewRoute>) => {
  const { ports, route, token } = query;
  const stream = namedStream(query);
  const view = documentView(route.domain);
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
  await waitForCheckpoints(ports, view, rows, token, caller);
  const partition = route.query.partition(parameters, caller);
  const [row] = await rows.list({ partition, range: {}, descending: false, limit: 1 });
  const sums = nearestNumbers(row?.sums ?? {});
  return { status: 200, body: route.query.one?.({ sums, own }, parameters) ?? {} };
};
