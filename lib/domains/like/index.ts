import * as z from "zod/mini";
import { domain } from "../../core/domain/domain.ts";
import { Command, Event, like, State } from "./like.ts";
import { likes } from "./likes.ts";

/** Likes: one stream for each post and user, so that no post is a hot stream. */
export default domain({
  category: "like",
  collection: "posts",
  key: { parameter: "postId", perUser: true },
  hidden: true,
  commands: Command,
  events: Event,
  state: State,
  decider: like,
  owner: (state) => state?.user,
  allow: { Like: ["owner"], Unlike: ["owner"] },
  readers: ["owner"],
  routes: { like: "Like", unlike: "Unlike" },
  show: (state) => ({ liked: state?.liked ?? false }),
  shown: z.strictObject({ liked: z.boolean() }),
  views: [likes],
});
