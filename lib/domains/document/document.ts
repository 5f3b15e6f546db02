import * as z from "zod/mini";
import { type Decider, reject } from "../../core/domain/decider.ts";
import { lineage } from "../../core/domain/lineage.ts";
import { type MessageOf, messages } from "../../core/domain/message.ts";
import { applyDelta, Delta, deltaBetween } from "./delta.ts";

/** Largest body, in bytes of UTF-8. */
const bodyBytesMax = 100 * 1024;

const Title = z.string().check(z.minLength(1), z.maxLength(200));
const fits = (text: string): boolean => new TextEncoder().encode(text).length <= bodyBytesMax;
const Body = z.string().check(z.refine(fits, `must have at most ${bodyBytesMax} bytes`));
const Message = z.optional(z.string().check(z.minLength(1), z.maxLength(500)));
const Version = z.int().check(z.minimum(1));

// Events. These names and shapes are stored forever: add, never rename or repurpose one.

/** What happens to a document; edits and reverts keep what changed, not the whole. */
export const Event = messages({
  DocumentCreated: { author: z.string(), title: Title, body: z.string() },
  DocumentEdited: { delta: Delta, message: Message },
  DocumentRenamed: { title: Title },
  DocumentReverted: { to: Version, title: Title, delta: Delta },
});
export type Event = MessageOf<typeof Event>;

// Commands.

/** What may be asked of a document. */
export const Command = messages({
  Create: { title: Title, body: Body },
  Edit: { body: Body, message: Message },
  Rename: { title: Title },
  Revert: { to: Version },
});
export type Command = MessageOf<typeof Command>;

/** Why a command is refused. */
export type Code = "document-not-created" | "document-already-created" | "version-unknown";

// State.

/** What readers see of a document. */
export const Document = z.strictObject({
  author: z.string(),
  title: Title,
  body: z.string(),
  createdAt: z.string(),
  updatedAt: z.string(),
});

/** The document after its events so far; null before it was created. */
export const State = lineage(z.nullable(Document));
export type State = z.output<typeof State.now>;

// Decider.

const refuse = (code: Code, detail?: string) => reject(code, detail);

/** The document's rules; what would change nothing gives no event. */
export const document = {
  initial: null,
  decide: (command, state, { id, actor, past }) => {
    if (!state)
      return command.type === "Create"
        ? [Event.DocumentCreated({ author: actor, ...command.data })]
        : refuse("document-not-created", `Document ${id} was never created.`);
    switch (command.type) {
      case "Create": {
        const { title, body } = command.data;
        const isRepeat = state.author === actor && state.title === title && state.body === body;
        return isRepeat ? [] : refuse("document-already-created");
      }
      case "Edit": {
        const { body, message } = command.data;
        if (body === state.body) return [];
        return [Event.DocumentEdited({ delta: deltaBetween(state.body, body), message })];
      }
      case "Rename":
        return command.data.title === state.title ? [] : [Event.DocumentRenamed(command.data)];
      case "Revert": {
        const { to } = command.data;
        if (!past) return refuse("version-unknown", `Document ${id} has no version ${to}.`);
        const { title, body } = past;
        if (title === state.title && body === state.body) return [];
        return [Event.DocumentReverted({ to, title, delta: deltaBetween(state.body, body) })];
      }
    }
  },
  evolve: (state, event, { time: updatedAt }) => {
    if (event.type === "DocumentCreated") return { ...event.data, createdAt: updatedAt, updatedAt };
    if (!state) throw new Error(`${event.type} before DocumentCreated.`);
    switch (event.type) {
      case "DocumentEdited":
        return { ...state, body: applyDelta(state.body, event.data.delta), updatedAt };
      case "DocumentRenamed":
        return { ...state, title: event.data.title, updatedAt };
      case "DocumentReverted": {
        const { title, delta } = event.data;
        return { ...state, title, body: applyDelta(state.body, delta), updatedAt };
      }
    }
  },
} satisfies Decider<Command, Event, State, Code>;
