import * as z from "zod/mini";
import type { Domain } from "../../lib/core/domain/domain.ts";
import { Refusal } from "../../lib/core/errors.ts";
import { fitting } from "../../lib/core/query/answer-size.ts";
import { inGeneration } from "../../lib/core/query/cursor.ts";
import { type ListRequest, listDocuments } from "../../lib/core/query/list-documents.ts";
import { ownerIndex } from "../../lib/core/view/document-view.ts";
import type { Answer } from "../http/answer.ts";
import { parseInput } from "../http/request.ts";
import { openDocuments } from "./document.ts";
import { type Answerer, chooseBuild, Page, type Query, readPorts } from "./query.ts";

const User = z.optional(z.string().check(z.minLength(1)));

/** One user, by the role that they have in the documents; refuses unknown roles, and several. */
const usersOf = ({ indexes = {} }: Domain) => {
  const lists = Object.entries(indexes).flatMap(([name, { lists }]) => (lists ? [name] : []));
  return z
    .strictObject(Object.fromEntries([ownerIndex, ...lists].map((name) => [name, User])))
    .check(z.refine((users) => Object.keys(users).length <= 1, { error: "ask for one user" }));
};

/** Which page is asked for; its cursor names the build of the view in which it began. */
type PageRequest = Omit<ListRequest, "cursor"> & { readonly cursor: string | undefined };

/** One page of documents, opened; it ends early when documents are large. */
export const answerDocuments = async (
  query: Query<unknown>,
  asked: PageRequest,
): Promise<Answer> => {
  const { ports, caller, token, about } = query;
  const { cursor: text, ...request } = asked;
  const { view } = request;
  about({ view: view.name });
  const { generation, ...position } = await chooseBuild(ports, view.name, text);
  const reading = readPorts(ports, generation);
  const { items, cursor } = await listDocuments(
    reading,
    { ...request, ...position },
    caller,
    token,
  );
  const opened = await openDocuments(ports, view.domain, items);
  const { length: limit } = fitting(opened);
  if (limit < opened.length) return answerDocuments(query, { ...asked, limit });
  return {
    status: 200,
    body: {
      items: opened,
      ...(cursor === undefined ? {} : { cursor: inGeneration(generation, cursor) }),
    },
  };
};

/** `GET /{collection}`: the caller's own documents; those of another user for admins and auditors. */
export const answerList: Answerer = async (query) => {
  const { route, event, caller } = query;
  const { limit, cursor, ...named } = event.queryStringParameters ?? {};
  const page = parseInput(() => Page.parse({ limit, cursor }));
  const users = parseInput(() => usersOf(route.domain).parse(named));
  const [[index, user = caller.sub] = [ownerIndex]] = Object.entries(users);
  if (user !== caller.sub && !caller.admin && !caller.auditor)
    throw new Refusal("forbidden", `The documents of ${user} are not yours.`);
  const { view } = route;
  const where = { view, index, partition: user, descending: false };
  return answerDocuments(query, { ...where, limit: page.limit, cursor: page.cursor });
};
