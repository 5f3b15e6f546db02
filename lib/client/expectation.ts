import type { KnownHistory } from "./known-history.ts";
import type { Intent, Replay } from "./replay.ts";

/** What expecting needs of the world. */
export interface ExpectationPorts {
  readonly replay: Replay;
  /** Reads what was added to a history. */
  readOn(known: KnownHistory): Promise<KnownHistory>;
  /** Sends a command; answers the version that it led to. */
  send(intent: Intent): Promise<{ readonly version: number }>;
  /** Is told of every change. */
  changed(document: object | undefined, pending: number): void;
}

/** One document as it will be once every command that is under way has been answered. */
export interface Expectation {
  document(): object | undefined;
  pending(): number;
  /** Shows at once what a command will do, sends it after those before it, and answers the document that it led to. */
  run(intent: Intent): Promise<object | undefined>;
  /** Reads what others have done. */
  refresh(): Promise<object | undefined>;
}

/** Lets work be done one piece after the other, whatever became of the piece before. */
const inTurns = (): (<T>(work: () => Promise<T>) => Promise<T>) => {
  let turn: Promise<unknown> = Promise.resolve();
  return (work) => {
    const result = turn.then(work);
    turn = result.catch(() => undefined);
    return result;
  };
};

/**
 * Expects what commands will do to a stream. Once a command is answered the history is read on, and those that still
 * are under way are decided anew on top of it: a refused one leaves no trace, and what others did in between is seen.
 */
export const createExpectation = (
  { replay, readOn, send, changed }: ExpectationPorts,
  start: KnownHistory,
): Expectation => {
  let known = start;
  let pending: readonly Intent[] = [];
  const inTurn = inTurns();
  const document = () => replay.show(pending.reduce(replay.expect, known.events));
  const tell = (): void => changed(document(), pending.length);
  const take = (next: KnownHistory): object | undefined => {
    known = next;
    tell();
    return replay.show(next.events);
  };

  /** Reads on; where that fails, what a command was expected to do stands in, if it did what was expected. */
  const settle = async (intent: Intent, version?: number): Promise<object | undefined> => {
    const events = replay.expect(known.events, intent);
    const isExpected = events.at(-1)?.version === version;
    const next = await readOn(known).catch(() => (isExpected ? { ...known, events } : known));
    pending = pending.filter((each) => each !== intent);
    return take(next);
  };

  const answered = async (intent: Intent): Promise<object | undefined> => {
    const answer = await send(intent).catch((failure: unknown) => ({ failure }));
    if ("version" in answer) return settle(intent, answer.version);
    await settle(intent);
    throw answer.failure;
  };

  const run = (intent: Intent): Promise<object | undefined> => {
    pending = [...pending, intent];
    tell();
    return inTurn(() => answered(intent));
  };
  const refresh = () => inTurn(async () => take(await readOn(known)));

  return { document, pending: () => pending.length, run, refresh };
};
