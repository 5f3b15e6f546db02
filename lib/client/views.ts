import type * as z from "zod/mini";
import type { ViewQuery } from "../core/view/view-query.ts";
import { ask, type Line, type Parameters, pathWith } from "./line.ts";
import type { AnyDomain, DocumentOf, Opened, Page, PageRequest } from "./shapes.ts";

type Field<T, K extends string> = T extends { readonly [P in K]: infer V } ? V : object;
type Named<Views> = Views extends readonly (infer V)[]
  ? { readonly [W in V as Extract<Field<W, "name">, string>]: Field<W, "query"> }
  : object;

/** The questions to a domain's views, by name. */
type QuestionsOf<D extends AnyDomain> = Field<D["declared"], "lookups"> &
  Named<Field<D["declared"], "views">>;

/** The names of all views of these domains. */
export type ViewName<D extends AnyDomain> = D extends AnyDomain
  ? Extract<keyof QuestionsOf<D>, string>
  : never;

/** The declaration of a view's question, if it still is known, and the domain that it is about. */
type Question<D extends AnyDomain, N> = D extends AnyDomain
  ? N extends keyof QuestionsOf<D>
    ? { readonly domain: D; readonly asked: Field<QuestionsOf<D>[N], "declared"> }
    : never
  : never;

/** What a view is asked with. */
export type ViewRequest<D extends AnyDomain, N> = PageRequest &
  (Question<D, N> extends {
    readonly asked: { readonly parameters: infer P extends z.core.$ZodObject };
  }
    ? z.input<P>
    : Parameters);

type ItemOf<Q> = Q extends { readonly asked: { readonly item: infer I extends z.core.$ZodObject } }
  ? Opened<z.output<I>>
  : Q extends { readonly domain: infer D extends AnyDomain }
    ? DocumentOf<D>
    : never;

type AnswerOf<Q> = Q extends { readonly asked: { readonly parameters: unknown } }
  ? Q extends { readonly asked: { readonly one: unknown } }
    ? ItemOf<Q>
    : Page<ItemOf<Q>>
  : Readonly<Record<string, unknown>>;

/** What a view answers: one page of its rows, or the one object that it is made for. */
export type ViewAnswer<D extends AnyDomain, N> = AnswerOf<Question<D, N>>;

/** Asks the views of some domains, by name. */
export type AskView<D extends AnyDomain> = <const N extends ViewName<D>>(
  name: N,
  request: ViewRequest<D, N>,
) => Promise<ViewAnswer<D, N>>;

const questionsOf = ({ lookups = {}, views = [] }: AnyDomain): [string, ViewQuery][] => [
  ...Object.entries(lookups),
  ...views.flatMap(({ name, query }): [string, ViewQuery][] => (query ? [[name, query]] : [])),
];

/** Where a view is asked: what its path names is taken from the parameters. */
const viewPath = (name: string, { path }: ViewQuery, parameters: Parameters): string => {
  const inPath = new Set<string>();
  const filled = (path ?? `/views/${name}`).replace(/\{(\w+)\}/g, (_, parameter: string) => {
    inPath.add(parameter);
    return encodeURIComponent(String(parameters[parameter]));
  });
  const others = Object.entries(parameters).filter(([parameter]) => !inPath.has(parameter));
  return pathWith(filled, Object.fromEntries(others));
};

/** Asks the views of these domains; refuses names that none of them has. */
export const viewsOf = <D extends AnyDomain>(line: Line, domains: readonly D[]): AskView<D> => {
  const questions = new Map(domains.flatMap(questionsOf));
  const asked = async (name: string, parameters: Parameters): Promise<unknown> => {
    const question = questions.get(name);
    if (!question) throw new Error(`There is no view ${name}.`);
    return ask(line, viewPath(name, question, parameters));
  };
  // Names and types come from the declarations; a map of them loses the types, and answers come as JSON.
  return asked as AskView<D>;
};
