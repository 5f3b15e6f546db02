import * as z from "zod/mini";
import type { TallyDeclaration } from "../../core/view/tally-view.ts";
import { anyone, viewQuery } from "../../core/view/view-query.ts";
import { type Event, State } from "./like.ts";

const Parameters = z.strictObject({ postId: z.string().check(z.regex(/^[A-Za-z0-9_-]{1,64}$/)) });

/** How many users like each post: spread over shards, so that a viral post has no hot row. */
export const likes = {
  kind: "tally",
  name: "likes" as const,
  definition: 1,
  shards: 16,
  additions: ({ type, data: { post } }) => [
    {
      partition: post,
      sort: "likes",
      labels: { post },
      sums: { likes: type === "PostLiked" ? 1 : -1 },
    },
  ],
  query: viewQuery(Parameters, {
    item: z.strictObject({ id: z.string(), likes: z.int(), likedByMe: z.boolean() }),
    path: "/posts/{postId}",
    whose: anyone,
    partition: ({ postId }) => postId,
    one: ({ sums, own }, { postId }) => ({
      id: postId,
      likes: sums.likes ?? 0,
      likedByMe: State.now.parse(own)?.liked ?? false,
    }),
  }),
} satisfies TallyDeclaration<Event>;
