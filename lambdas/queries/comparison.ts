import * as z from "zod/mini";
import { openPersonal } from "../../lib/core/personal/open-personal.ts";
import { readPast } from "../../lib/core/query/read-document.ts";
import { queryParameters } from "../http/request.ts";
import { namedStream } from "./document.ts";
import { type Answerer, Version } from "./query.ts";

const Parameters = z.strictObject({ from: Version, to: Version });

/** `GET /{collection}/{id}/{comparison}?from=&to=`: two versions of a stream side by side. */
export const answerComparison: Answerer = async (query) => {
  const { ports, route, event, caller, token } = query;
  const { from, to } = queryParameters(event, Parameters);
  const { domain, name } = route;
  const comparison = domain.comparisons?.[name];
  if (!comparison) throw new Error(`${domain.category} has no comparison ${name}.`);
  const stream = namedStream(query);
  const at = (version: number) => readPast(ports, domain, stream, caller, token, { version });
  const [before, after] = [await at(from), await at(to)];
  const { value } = await openPersonal(ports.opener, comparison.compare(before.state, after.state));
  return { status: 200, body: Object.assign({ from, to }, value) };
};
