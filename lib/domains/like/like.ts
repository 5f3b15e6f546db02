import * as z from "zod/mini";
import type { Decider } from "../../core/domain/decider.ts";
import { lineage } from "../../core/domain/lineage.ts";
import { type MessageOf, messages } from "../../core/domain/message.ts";

const Post = z.string().check(z.minLength(1), z.maxLength(64));

// Events. These names and shapes are stored forever: add, never rename or repurpose one.

/** What happens between one user and one post. */
export const Event = messages({
  PostLiked: { post: Post, user: z.string() },
  PostUnliked: { post: Post, user: z.string() },
});
export type Event = MessageOf<typeof Event>;

// Commands.

/** What a user may ask; the stream says which post and whose like it is. */
export const Command = messages({ Like: {}, Unlike: {} });
export type Command = MessageOf<typeof Command>;

// State.

/** Whether the user likes the post; null before they ever did. */
export const State = lineage(z.nullable(z.strictObject({ user: z.string(), liked: z.boolean() })));
export type State = z.output<typeof State.now>;

// Decider.

/** A like is there or it is not; asking for what already is changes nothing. */
export const like = {
  initial: null,
  decide: ({ type }, state, { id, actor }) => {
    const wanted = type === "Like";
    if ((state?.liked ?? false) === wanted) return [];
    const [post = id] = id.split(".");
    const data = { post, user: actor };
    return [wanted ? Event.PostLiked(data) : Event.PostUnliked(data)];
  },
  evolve: (_, { type, data }) => {
    switch (type) {
      case "PostLiked":
        return { user: data.user, liked: true };
      case "PostUnliked":
        return { user: data.user, liked: false };
    }
  },
} satisfies Decider<Command, Event, State, never>;
