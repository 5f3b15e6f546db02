import * as z from "zod/mini";
import { type Domain, keyOf, streamIdOf, streamOf } from "../../lib/core/domain/domain.ts";
import type { StreamRoute } from "../../lib/core/domain/registry.ts";
import type { Loaded } from "../../lib/core/log/loaded.ts";
import { idOf } from "../../lib/core/log/stream.ts";
import type { PastState } from "../../lib/core/log/time-travel.ts";
import { openEach } from "../../lib/core/personal/open-personal.ts";
import { IsoTime } from "../../lib/core/query/iso-time.ts";
import { type Moment, readDocument, readPast } from "../../lib/core/query/read-document.ts";
import { showDocument } from "../../lib/core/view/document-view.ts";
import { type HttpEvent, header, queryParameters } from "../http/request.ts";
import {
  type Answerer,
  chooseBuild,
  type Query,
  type QueryPorts,
  readPorts,
  Version,
} from "./query.ts";

const Parameters = z
  .strictObject({ version: z.optional(Version), at: z.optional(IsoTime) })
  .check(
    z.refine(
      ({ version, at }) => version === undefined || at === undefined,
      "version and at exclude each other",
    ),
  );

/** The stream that the path names for this caller. */
export const namedStream = (query: Query<Pick<StreamRoute, "domain">>): string => {
  const { route, event, caller, about } = query;
  const id = event.pathParameters?.[keyOf(route.domain).parameter];
  const stream = streamOf(route.domain, streamIdOf(route.domain, id, caller));
  about({ stream });
  return stream;
};

/** What readers are shown of streams, opened; `erased` at the top of those whose values are gone for good. */
export const openDocuments = async (
  { opener }: QueryPorts,
  domain: Domain,
  streams: readonly PastState[],
): Promise<readonly object[]> => {
  const shown = streams.map((state) => showDocument(domain, idOf(state.stream), state));
  const opened = await openEach(opener, shown);
  return opened.map(({ value, erased }) => Object.assign({}, value, erased ? { erased } : {}));
};

/** The stream in the path as its row shows it now; refuses what is not the caller's. */
export const readLive = async (
  { ports, route, caller, token, about }: Query,
  stream: string,
): Promise<Loaded> => {
  about({ view: route.view.name });
  const { generation } = await chooseBuild(ports, route.view.name, undefined);
  return readDocument(readPorts(ports, generation), route.view, stream, caller, token);
};

/** True when the reader has this version already; tags are compared weakly, as RFC 9110 asks of If-None-Match. */
const isKnown = (event: HttpEvent, etag: string): boolean =>
  (header(event, "if-none-match") ?? "")
    .split(",")
    .map((tag) => tag.trim().replace(/^W\//, ""))
    .some((tag) => tag === etag || tag === "*");

const momentOf = ({ version, at }: z.output<typeof Parameters>): Moment | undefined => {
  if (version !== undefined) return { version };
  return at === undefined ? undefined : { time: at };
};

/** `GET /{collection}/{id}`: the document now, or as it was. */
export const answerDocument: Answerer = async (query) => {
  const { ports, route, event, caller, token } = query;
  const moment = momentOf(queryParameters(event, Parameters));
  const stream = namedStream(query);
  const loaded = moment
    ? await readPast(ports, route.domain, stream, caller, token, moment)
    : await readLive(query, stream);
  const headers = { etag: `"${loaded.version}"` };
  const [body = {}] = await openDocuments(ports, route.domain, [loaded]);
  // A reader that has kept values which are erased by now has to learn of it.
  if (!("erased" in body) && isKnown(event, headers.etag)) return { status: 304, headers };
  return { status: 200, body, headers };
};
