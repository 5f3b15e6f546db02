import { expect } from "vitest";
import { type Decider, type Decision, isRejection } from "../lib/core/domain/decider.ts";

/** What a command led to. */
export interface Outcome<Event, State, Code> {
  /** The decision was exactly these events. */
  gives(...events: readonly Event[]): Outcome<Event, State, Code>;
  /** The state is like this afterwards. */
  leaves(state: Partial<State>): Outcome<Event, State, Code>;
  /** The command was a safe repeat. */
  changesNothing(): void;
  /** The command was refused with this code. */
  isRefused(code: Code): void;
}

/** A stream after its events, waiting for a command. */
export interface Story<Command, Event, State, Code> {
  readonly state: State;
  when(command: Command, decision?: Partial<Decision<State>>): Outcome<Event, State, Code>;
}

/** Tells stories of a decider: given these events, when this command comes, then that. */
export const storiesOf =
  <Command, Event, State, Code extends string>(
    { initial, decide, evolve }: Decider<Command, Event, State, Code>,
    { id, actor, time }: Pick<Decision, "id" | "actor" | "time">,
  ) =>
  (...history: readonly Event[]): Story<Command, Event, State, Code> => {
    const fold = (from: State, events: readonly Event[], first: number): State =>
      events.reduce(
        (state, event, index) => evolve(state, event, { id, actor, time, version: first + index }),
        from,
      );
    const state = fold(initial, history, 1);
    return {
      state,
      when: (command, decision = {}) => {
        const facts = { id, actor, time, version: history.length, ...decision };
        const decided = decide(command, state, facts);
        const events = isRejection(decided) ? [] : decided;
        const outcome: Outcome<Event, State, Code> = {
          gives: (...expected) => {
            expect(decided).toEqual(expected);
            return outcome;
          },
          leaves: (expected) => {
            expect(fold(state, events, history.length + 1)).toMatchObject(expected as object);
            return outcome;
          },
          changesNothing: () => expect(decided).toEqual([]),
          isRefused: (code) => expect(decided).toMatchObject({ rejected: code }),
        };
        return outcome;
      },
    };
  };
