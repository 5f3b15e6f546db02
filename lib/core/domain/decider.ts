/** A refusal by the domain: a value, never an exception. `detail` tells the facts in a sentence. */
export interface Rejection<Code extends string = string> {
  readonly rejected: Code;
  readonly detail?: string;
}

/** Refuses a command with a code of the domain. */
export const reject = <const Code extends string>(code: Code, detail?: string): Rejection<Code> =>
  detail === undefined ? { rejected: code } : { rejected: code, detail };

/** True when a decision is a refusal. */
export const isRejection = (decision: readonly unknown[] | Rejection): decision is Rejection =>
  !Array.isArray(decision);

/** What a command is decided in: everything that is not in its data, so that `decide` needs no clock and no ids. */
export interface Decision<State = unknown> {
  /** The stream's id, without its category. */
  readonly id: string;
  /** The user who sends the command. */
  readonly actor: string;
  /** Time of the commit that the decision leads to, ISO 8601. */
  readonly time: string;
  /** Version of the stream that the decision is made on. */
  readonly version: number;
  /** The state at the earlier version that the request names; undefined when there is none, or none was named. */
  readonly past?: State | undefined;
}

/** Where and when an event happened. */
export interface Occurrence {
  readonly id: string;
  readonly version: number;
  readonly time: string;
  readonly actor: string;
}

/**
 * The pure core of an aggregate. `decide` returns events, `[]` when the command is a safe repeat, or a rejection;
 * `evolve` applies one event. Both are total and deterministic.
 */
export interface Decider<Command, Event, State, Code extends string = string> {
  readonly initial: State;
  decide(
    command: Command,
    state: State,
    decision: Decision<State>,
  ): readonly Event[] | Rejection<Code>;
  evolve(state: State, event: Event, occurrence: Occurrence): State;
}
