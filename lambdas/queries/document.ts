import * as z from "zod";
import { showDocument } from "../../lib/core/document-view.ts";
import { keyOf, streamIdOf, streamOf } from "../../lib/core/domain.ts";
import { IsoTime } from "../../lib/core/iso-time.ts";
import type { Loaded } from "../../lib/core/loaded.ts";
import { openPersonal } from "../../lib/core/open-personal.ts";
import { type Moment, readDocument, readPast } from "../../lib/core/read-document.ts";
import { idOf } from "../../lib/core/stream.ts";
import { header, queryParameters } from "../http/request.ts";
import { type Answerer, type Query, Version } from "./query.ts";

const Parameters = z
  .strictObject({ version: Version.optional(), at: IsoTime.optional() })
  .refine(({ version, at }) => version === undefined || at === undefined, {
    error: "version and at exclude each other",
  });

/** The stream that the path names for this caller. */
export const namedStream = ({ route, event, caller }: Query): string => {
  const id = event.pathParameters?.[keyOf(route.domain).parameter];
  return streamOf(route.domain, streamIdOf(route.domain, id, caller));
};

/** What a reader is shown of a stream, opened; `erased` at its top when values are gone for good. */
export const openDocument = async (
  { ports, route }: Pick<Query, "ports" | "route">,
  loaded: Pick<Loaded, "stream" | "version" | "state">,
): Promise<object> => {
  const shown = showDocument(route.domain, idOf(loaded.stream), loaded);
  const { value, erased } = await openPersonal(ports.opener, shown);
  return Object.assign({}, value, erased ? { erased } : {});
};

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
    : await readDocument(ports, route.view, stream, caller, token);
  const headers = { etag: `"${loaded.version}"` };
  if (header(event, "if-none-match") === headers.etag) return { status: 304, headers };
  return { status: 200, body: await openDocument(query, loaded), headers };
};
