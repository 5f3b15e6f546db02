import { describe, expect, test } from "vitest";
import { mayCommand } from "../../../lib/core/access.ts";
import { streamIdOf, subjectOf } from "../../../lib/core/domain.ts";
import { load } from "../../../lib/core/load.ts";
import likesDomain from "../../../lib/domains/like/index.ts";
import { Command, Event, like, State } from "../../../lib/domains/like/like.ts";
import { createCommandProcess } from "../../command-process.ts";
import { storiesOf } from "../../given.ts";

const time = "2026-11-01T12:00:00.000Z";
const given = storiesOf(like, { id: "p1.ann", actor: "ann", time });
const mine = { post: "p1", user: "ann" };
const liked = Event.PostLiked(mine);
const unliked = Event.PostUnliked(mine);
const callerNamed = (sub: string) => ({ sub, admin: false, auditor: false });

describe("liking a post", () => {
  test("says which post and whose like it is", () => {
    given().when(Command.Like({})).gives(liked).leaves({ liked: true, user: "ann" });
  });

  test("is safe to repeat", () => {
    given(liked).when(Command.Like({})).changesNothing();
  });

  test("is possible again after it was taken back", () => {
    given(liked, unliked).when(Command.Like({})).gives(liked).leaves({ liked: true });
  });
});

describe("taking a like back", () => {
  test("ends the like", () => {
    given(liked).when(Command.Unlike({})).gives(unliked).leaves({ liked: false });
  });

  test("is safe to repeat", () => {
    given(liked, unliked).when(Command.Unlike({})).changesNothing();
  });

  test("changes nothing where there never was a like", () => {
    given().when(Command.Unlike({})).changesNothing();
  });
});

describe("a user whose name is no id", () => {
  test("is named in full, though the stream's id holds it encoded", () => {
    const sub = "auth0|5f7c.é";
    const id = streamIdOf(likesDomain, "p1", callerNamed(sub));
    const story = storiesOf(like, { id, actor: sub, time });
    story()
      .when(Command.Like({}))
      .gives(Event.PostLiked({ post: "p1", user: sub }));
  });

  test("has a stream of their own, unlike that of anyone else", () => {
    const subs = ["ann", "a.nn", "~YS5ubg", "a nn", "é"];
    const ids = subs.map((sub) => streamIdOf(likesDomain, "p1", callerNamed(sub)));
    expect(new Set(ids).size).toBe(subs.length);
    expect(ids.every((id) => /^p1\.[A-Za-z0-9_~-]+$/.test(id))).toBe(true);
  });
});

describe("who may like", () => {
  test("everybody, for the stream under the path is their own", async () => {
    const process = createCommandProcess({ domain: likesDomain });
    for (const sub of ["ann", "ben"])
      await process.send(streamIdOf(likesDomain, "p1", callerNamed(sub)), Command.Like({}), {
        by: sub,
      });
    const { state } = await load(likesDomain, process.store, "like-p1.ann", { consistent: true });
    const subject = subjectOf(likesDomain, state);
    expect(subject.owner).toBe("ann");
    for (const type of ["Like", "Unlike"]) {
      expect(mayCommand(likesDomain.allow[type] ?? [], callerNamed("ann"), subject)).toBe(true);
      expect(mayCommand(likesDomain.allow[type] ?? [], callerNamed("ben"), subject)).toBe(false);
    }
  });

  test("nothing may be sent along", () => {
    for (const type of ["Like", "Unlike"] as const) {
      expect(Command.lineages[type].now.safeParse({}).success).toBe(true);
      expect(Command.lineages[type].now.safeParse({ user: "ben" }).success).toBe(false);
    }
  });
});

describe("the state of a like", () => {
  test("is kept in a snapshot as it is", () => {
    const { state } = given(liked, unliked);
    expect(State.read(State.schema, state)).toEqual({ user: "ann", liked: false });
    expect(State.read(State.schema, null)).toBeNull();
  });
});
