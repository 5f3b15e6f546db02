import { type Caller, mayRead } from "../domain/access.ts";
import { type Domain, subjectOf } from "../domain/domain.ts";
import { badInput, Refusal } from "../errors.ts";
import type { EventReader } from "../log/event-store.ts";
import { catchUp, load } from "../log/load.ts";
import { emptyStream, type Loaded } from "../log/loaded.ts";
import { type PastState, stateAt, versionAt } from "../log/time-travel.ts";
import { type DocumentRows, type DocumentView, loadedFrom } from "../view/document-view.ts";
import type { ConsistencyToken } from "./consistency-token.ts";

/** What reading needs of the world. */
export interface ReadPorts {
  readonly store: EventReader;
  rowsOf(view: DocumentView): DocumentRows;
}

const notFound = (stream: string): Refusal => new Refusal("not-found", `There is no ${stream}.`);

/** True when the caller may read a stream in this state. */
export const mayReadState = (domain: Domain, state: unknown, caller: Caller): boolean =>
  mayRead(domain.readers, caller, subjectOf(domain, state));

/** Refuses streams that do not exist, and those of others. */
const checkReadable = (domain: Domain, loaded: Loaded, caller: Caller): void => {
  if (loaded.version === 0) throw notFound(loaded.stream);
  if (!mayReadState(domain, loaded.state, caller))
    throw new Refusal("forbidden", `${loaded.stream} is not yours.`);
};

/** Refuses a token that names a version which a strongly read stream has not reached. */
export const checkReached = ({ stream, version }: Loaded, least: number): void => {
  if (version < least)
    throw badInput(
      "Consistency-Token",
      `names version ${least} of ${stream}, which is at ${version}`,
    );
};

/**
 * A stream as its row shows it; brought up to date from the log when the token names a later version of it. A stream
 * that does not exist is at version 0.
 */
export const readCurrent = async (
  { store, rowsOf }: ReadPorts,
  view: DocumentView,
  stream: string,
  token: ConsistencyToken,
): Promise<Loaded> => {
  const row = await rowsOf(view).get(stream, { consistent: false });
  const loaded = row ? loadedFrom(view, row) : emptyStream(view.domain, stream);
  if (loaded.version >= (token.get(stream) ?? 0)) return loaded;
  return (await catchUp(view.domain, store, loaded)).loaded;
};

/** The same for a reader: refuses what does not exist, what is not the caller's, and a version that does not exist. */
export const readDocument = async (
  ports: ReadPorts,
  view: DocumentView,
  stream: string,
  caller: Caller,
  token: ConsistencyToken,
): Promise<Loaded> => {
  const loaded = await readCurrent(ports, view, stream, token);
  if (mayReadState(view.domain, loaded.state, caller)) checkReached(loaded, token.get(stream) ?? 0);
  checkReadable(view.domain, loaded, caller);
  return loaded;
};

/** The head of a stream, read strongly from the log; refuses what does not exist and what is not the caller's. */
export const readHead = async (
  { store }: Pick<ReadPorts, "store">,
  domain: Domain,
  stream: string,
  caller: Caller,
  token: ConsistencyToken,
): Promise<Loaded> => {
  const head = await load(domain, store, stream, { consistent: true });
  if (mayReadState(domain, head.state, caller)) checkReached(head, token.get(stream) ?? 0);
  checkReadable(domain, head, caller);
  return head;
};

/** Which past is asked for: a version, or a time (ISO 8601, UTC). */
export type Moment = { readonly version: number } | { readonly time: string };

/** The document as it was; refuses moments before its first event and versions after its last. */
export const readPast = async (
  ports: Pick<ReadPorts, "store">,
  domain: Domain,
  stream: string,
  caller: Caller,
  token: ConsistencyToken,
  moment: Moment,
): Promise<PastState> => {
  const head = await readHead(ports, domain, stream, caller, token);
  const version =
    "version" in moment
      ? moment.version
      : await versionAt(ports.store, stream, head.version, moment.time);
  if (version === head.version) return head;
  const past =
    version < head.version ? await stateAt(domain, ports.store, stream, version) : undefined;
  if (past) return past;
  throw new Refusal(
    "not-found",
    `${stream} has versions 1 to ${head.version}; ${version} is none.`,
  );
};
