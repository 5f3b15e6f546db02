import type { Domain } from "../domain/domain.ts";
import type { Message } from "../domain/message.ts";
import type { Commit } from "../log/commit.ts";
import { idOf } from "../log/stream.ts";

/** Where, when and by whom an event happened, as views see it. */
export interface Envelope {
  readonly stream: string;
  /** The stream's id, without its category. */
  readonly id: string;
  readonly version: number;
  readonly time: string;
  readonly actor: string;
  /** Whose stream it is after the event's commit. */
  readonly owner: string | undefined;
  /** Every user whom the event's commit concerns. */
  readonly people: readonly string[];
}

/** An event in today's shape, and its envelope. */
export interface ViewEvent {
  readonly event: Message;
  readonly at: Envelope;
}

/** The events of a commit as views see them. */
export const viewEvents = (domain: Domain, commit: Commit): readonly ViewEvent[] => {
  const { stream, time, actor, owner, people } = commit;
  return commit.events.map((stored, index) => ({
    event: domain.events.read(stored),
    at: { stream, id: idOf(stream), version: commit.version + index, time, actor, owner, people },
  }));
};
