import { ask, type Line, type Parameters, pathWith, sendCommand, streamPath } from "./line.ts";
import { followStream, type OnChange, type Optimistic } from "./optimistic.ts";
import type {
  AnyDomain,
  CommandOptions,
  CommandsOf,
  Done,
  Moment,
  PageRequest,
  QueriesOf,
  Versions,
} from "./shapes.ts";

/** The commands and queries of one domain, by name. */
export type Collection<D extends AnyDomain> = CommandsOf<D, [id: string], Done<D>> &
  (D["declared"] extends { readonly hidden: true }
    ? object
    : QueriesOf<D> & {
        /** Follows one stream, and shows at once what commands will make of it. */
        optimistic(id: string, onChange?: OnChange<D>): Promise<Optimistic<D>>;
      });

const momentOf = (moment: Moment | undefined): Parameters => {
  if (moment === undefined || "version" in moment) return { ...moment };
  return { at: moment.at instanceof Date ? moment.at.toISOString() : moment.at };
};

const queriesOf = (line: Line, domain: AnyDomain): Readonly<Record<string, unknown>> => {
  if (domain.hidden) return {};
  const at = (id: string, name: string, parameters: Parameters | undefined): Promise<unknown> =>
    ask(line, pathWith(streamPath(domain, id, name), parameters));
  const logs = ["history", "integrity", ...Object.keys(domain.logs ?? {})].map((name) => [
    name,
    (id: string, page?: PageRequest) => at(id, name, { ...page }),
  ]);
  const comparisons = Object.keys(domain.comparisons ?? {}).map((name) => [
    name,
    (id: string, { from, to }: Versions) => at(id, name, { from, to }),
  ]);
  return {
    get: (id: string, moment?: Moment) => at(id, "", momentOf(moment)),
    optimistic: (id: string, onChange?: OnChange<AnyDomain>) =>
      followStream(line, domain, id, onChange),
    list: (request?: Parameters) => ask(line, pathWith(`/${domain.collection}`, request)),
    ...Object.fromEntries([...logs, ...comparisons]),
  };
};

/** The commands and queries of a domain; refuses a domain in which two of them share a name. */
export const collectionOf = <D extends AnyDomain>(line: Line, domain: D): Collection<D> => {
  const queries = queriesOf(line, domain);
  const names = Object.keys(domain.routes);
  const twin = names.find((name) => Object.hasOwn(queries, name));
  if (twin !== undefined)
    throw new Error(`${domain.collection} has a command and a query named ${twin}.`);
  const commands = names.map((name) => [
    name,
    (id: string, body?: unknown, options?: CommandOptions) =>
      sendCommand(line, streamPath(domain, id, name), body, options),
  ]);
  // Names and types come from the declaration; a loop over its entries loses the types, and answers come as JSON.
  return { ...Object.fromEntries(commands), ...queries } as Collection<D>;
};
