import * as z from "zod/mini";
import type { Decider } from "../../core/domain/decider.ts";
import { lineage } from "../../core/domain/lineage.ts";
import { type MessageOf, messages } from "../../core/domain/message.ts";

/** Seconds from the beginning of a title. */
const Position = z.number().check(z.minimum(0), z.maximum(1_000_000));

// Events. These names and shapes are stored forever: add, never rename or repurpose one.

/** What happens while a user watches a title. */
export const Event = messages({
  PlaybackStarted: { user: z.string(), position: Position },
  PlaybackProgressed: { user: z.string(), position: Position },
  PlaybackStopped: { user: z.string(), position: Position },
  PlaybackFinished: { user: z.string() },
});
export type Event = MessageOf<typeof Event>;

// Commands.

/** What a player may tell; a start without a position goes on where the last one ended. */
export const Command = messages({
  Start: { position: z.optional(Position) },
  Progress: { position: Position },
  Stop: { position: Position },
  Finish: {},
});
export type Command = MessageOf<typeof Command>;

// State.

const Playback = z.strictObject({
  user: z.string(),
  position: Position,
  status: z.enum(["playing", "stopped", "finished"]),
  updatedAt: z.string(),
});

/** What readers see of a playback. */
export const Shown = z.omit(Playback, { user: true });

/** Where a user is in a title; null before they began it. */
export const State = lineage(z.nullable(Playback));
export type State = z.output<typeof State.now>;

// Decider.

/** The latest position counts, whatever a player tells in which order; what is known already changes nothing. */
export const playback = {
  initial: null,
  decide: (command, state, { actor: user }) => {
    const isAt = (status: string, position: number): boolean =>
      state?.status === status && state.position === position;
    switch (command.type) {
      case "Start": {
        const kept = state?.status === "finished" ? 0 : (state?.position ?? 0);
        const { position = kept } = command.data;
        return isAt("playing", position) ? [] : [Event.PlaybackStarted({ user, position })];
      }
      case "Progress": {
        const { position } = command.data;
        return isAt("playing", position) ? [] : [Event.PlaybackProgressed({ user, position })];
      }
      case "Stop": {
        const { position } = command.data;
        return isAt("stopped", position) ? [] : [Event.PlaybackStopped({ user, position })];
      }
      case "Finish":
        return state?.status === "finished" ? [] : [Event.PlaybackFinished({ user })];
    }
  },
  evolve: (state, { type, data }, { time: updatedAt }) => {
    const { user } = data;
    switch (type) {
      case "PlaybackStarted":
      case "PlaybackProgressed":
        return { user, position: data.position, status: "playing" as const, updatedAt };
      case "PlaybackStopped":
        return { user, position: data.position, status: "stopped" as const, updatedAt };
      case "PlaybackFinished":
        return { user, position: state?.position ?? 0, status: "finished" as const, updatedAt };
    }
  },
} satisfies Decider<Command, Event, State, never>;
