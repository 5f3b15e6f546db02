import fc from "fast-check";
import { describe, expect, test } from "vitest";
import * as z from "zod/mini";
import { streamIdOf } from "../../../lib/core/domain/domain.ts";
import { type Envelope, viewEvents } from "../../../lib/core/view/envelope.ts";
import type { TallyDeclaration } from "../../../lib/core/view/tally-view.ts";
import { mayAsk } from "../../../lib/core/view/view-query.ts";
import likesDomain from "../../../lib/domains/like/index.ts";
import { Command, Event } from "../../../lib/domains/like/like.ts";
import { likes } from "../../../lib/domains/like/likes.ts";
import { createCommandProcess } from "../../command-process.ts";

const users = ["ann", "ben", "auth0|cid"] as const;
const posts = ["p1", "p2"] as const;
const callerNamed = (sub: string) => ({ sub, admin: false, auditor: false });
const { additions }: TallyDeclaration<Event> = likes;
const at: Envelope = {
  stream: "like-p1.ann",
  id: "p1.ann",
  version: 1,
  time: "2026-11-01T12:00:00.000Z",
  actor: "ann",
  owner: "ann",
  people: ["ann"],
};

/** What all commits so far add to a post. */
const countOf = (process: ReturnType<typeof createCommandProcess>, post: string): number =>
  posts
    .flatMap((id) => users.map((sub) => streamIdOf(likesDomain, id, callerNamed(sub))))
    .flatMap((id) => process.store.commits(`like-${id}`))
    .flatMap((commit) => viewEvents(likesDomain, commit))
    .flatMap(({ event, at: where }) => {
      const { data } = event as Event;
      const of = event.type === "PostLiked" ? Event.PostLiked(data) : Event.PostUnliked(data);
      return additions(of, where);
    })
    .filter(({ partition }) => partition === post)
    .reduce((sum, { sums }) => sum + (sums.likes ?? 0), 0);

describe("the likes of a post", () => {
  test("are one more for each like, and one less when it is taken back", () => {
    const sums = (event: Event) => additions(event, at).map((addition) => addition.sums);
    expect(sums(Event.PostLiked({ post: "p1", user: "ann" }))).toEqual([{ likes: 1 }]);
    expect(sums(Event.PostUnliked({ post: "p1", user: "ann" }))).toEqual([{ likes: -1 }]);
  });

  test("are spread over several rows, so that a viral post has no hot one", () => {
    expect(likes.shards).toBeGreaterThan(1);
  });

  test("are shown to everybody, with the caller's own", () => {
    const { query } = likes;
    expect(mayAsk(query, { postId: "p1" }, callerNamed("eve"))).toBe(true);
    const show = (sums: Record<string, number>, own: unknown) =>
      query.one?.({ sums, own }, { postId: "p1" });
    expect(show({ likes: 7 }, { user: "eve", liked: true })).toEqual({
      id: "p1",
      likes: 7,
      likedByMe: true,
    });
    expect(show({ likes: 7 }, { user: "eve", liked: false })).toMatchObject({ likedByMe: false });
    expect(show({}, null)).toEqual({ id: "p1", likes: 0, likedByMe: false });
  });

  test("are asked for by an id, and by nothing else", () => {
    const accepts = (parameters: object) => z.safeParse(likes.query.parameters, parameters).success;
    expect(accepts({ postId: "p_1-A" })).toBe(true);
    const refused = [{}, { postId: "" }, { postId: "a b" }, { postId: "p1", user: "ann" }];
    expect(refused.filter(accepts)).toEqual([]);
  });

  test("are as many as there are users who like it, whatever was done", async () => {
    const deed = fc.record({
      user: fc.constantFrom(...users),
      post: fc.constantFrom(...posts),
      type: fc.constantFrom("Like" as const, "Unlike" as const),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(deed, { maxLength: 30 }), async (deeds) => {
        const process = createCommandProcess({ domain: likesDomain });
        const likers = new Map<string, Set<string>>(posts.map((post) => [post, new Set()]));
        for (const { user, post, type } of deeds) {
          const id = streamIdOf(likesDomain, post, callerNamed(user));
          await process.send(id, Command[type]({}), { by: user });
          if (type === "Like") likers.get(post)?.add(user);
          else likers.get(post)?.delete(user);
        }
        for (const post of posts) expect(countOf(process, post)).toBe(likers.get(post)?.size);
      }),
      { numRuns: 100 },
    );
  });
});
