import * as z from "zod";
import { ownerIndex } from "../../lib/core/document-view.ts";
import { Refusal } from "../../lib/core/errors.ts";
import { listDocuments } from "../../lib/core/list-documents.ts";
import { queryParameters } from "../http/request.ts";
import { openDocument } from "./document.ts";
import { type Answerer, Limit } from "./query.ts";

const Parameters = z.strictObject({
  limit: Limit,
  cursor: z.string().optional(),
  owner: z.string().min(1).optional(),
});

/** `GET /{collection}`: the caller's own documents; those of `owner` for admins and auditors. */
export const answerList: Answerer = async (query) => {
  const { ports, route, event, caller, token } = query;
  const { limit, cursor, owner = caller.sub } = queryParameters(event, Parameters);
  if (owner !== caller.sub && !caller.admin && !caller.auditor)
    throw new Refusal("forbidden", `The documents of ${owner} are not yours.`);
  const request = {
    view: route.view,
    index: ownerIndex,
    partition: owner,
    descending: false,
    limit,
    ...(cursor === undefined ? {} : { cursor }),
  };
  const page = await listDocuments(ports, request, caller, token);
  const items = await Promise.all(page.items.map((loaded) => openDocument(query, loaded)));
  return { status: 200, body: { ...page, items } };
};
