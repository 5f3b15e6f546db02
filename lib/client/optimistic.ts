import { subjectOfToken } from "./caller.ts";
import { createExpectation, type Expectation, type ExpectationPorts } from "./expectation.ts";
import { type KnownHistory, nothingKnown, readOn } from "./known-history.ts";
import { ask, type Line, pathWith, sendCommand, streamPath } from "./line.ts";
import { createReplay } from "./replay.ts";
import type { AnyDomain, CommandOptions, CommandsOf, DocumentOf } from "./shapes.ts";

/**
 * A document that shows at once what a command will make of it. Commands are sent one after the other; each gives the
 * document as the server has it then, or fails with the reason, after what was expected has been taken back.
 */
export type Optimistic<D extends AnyDomain> = CommandsOf<D, [], DocumentOf<D> | undefined> & {
  /** As it is expected to be; undefined while there is no such stream. */
  readonly document: DocumentOf<D> | undefined;
  /** How many commands are under way. */
  readonly pending: number;
  /** Reads what others have done. */
  refresh(): Promise<DocumentOf<D> | undefined>;
};

/** Is told of every change of the expected document, and how many commands are under way. */
export type OnChange<D extends AnyDomain> = (
  document: DocumentOf<D> | undefined,
  pending: number,
) => void;

const reserved: readonly string[] = ["document", "pending", "refresh"];

/** What is known of a stream so far, and what its commands will make of it. */
const expect = async <D extends AnyDomain>(
  line: Line,
  domain: D,
  id: string,
  onChange: OnChange<D>,
): Promise<Expectation> => {
  const replay = createReplay(domain, id, subjectOfToken(await line.wire.token()));
  const history = streamPath(domain, id, "history");
  const further = (known: KnownHistory): Promise<KnownHistory> =>
    readOn(domain, (cursor) => ask(line, pathWith(history, { cursor })), known);
  const ports: ExpectationPorts = {
    replay,
    readOn: further,
    send: ({ name, body, options }) =>
      sendCommand(line, streamPath(domain, id, name), body, options),
    // What a domain shows is of the type that it declares.
    changed: (document, pending) => onChange(document as DocumentOf<D> | undefined, pending),
  };
  return createExpectation(ports, await further(nothingKnown));
};

/** Follows one stream; refuses a domain with a command that is named like another part of `Optimistic`. */
export const followStream = async <D extends AnyDomain>(
  line: Line,
  domain: D,
  id: string,
  onChange: OnChange<D> = () => undefined,
): Promise<Optimistic<D>> => {
  const names = Object.keys(domain.routes);
  const twin = names.find((name) => reserved.includes(name));
  if (twin !== undefined) throw new Error(`The command ${twin} cannot be sent optimistically.`);
  const expectation = await expect(line, domain, id, onChange);
  const commands = names.map((name) => [
    name,
    (body: unknown = {}, options?: CommandOptions) => {
      const time = new Date(line.wire.now()).toISOString();
      return expectation.run({ name, body, options, time });
    },
  ]);
  const optimistic = {
    ...Object.fromEntries(commands),
    get document() {
      return expectation.document();
    },
    get pending() {
      return expectation.pending();
    },
    refresh: expectation.refresh,
  };
  // Names and types come from the declaration; a loop over its entries loses the types.
  return optimistic as Optimistic<D>;
};
