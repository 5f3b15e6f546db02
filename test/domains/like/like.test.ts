import { describe, expect, test } from "vitest";
import { Command, Event, like, State } from "../../../lib/domains/like/like.ts";
import { storiesOf } from "../../given.ts";

const time = "2026-11-01T12:00:00.000Z";
const given = storiesOf(like, { id: "p1.ann", actor: "ann", time });
const mine = { post: "p1", user: "ann" };
const liked = Event.PostLiked(mine);
const unliked = Event.PostUnliked(mine);

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

describe("the shape of a command", () => {
  test("has nothing in it", () => {
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
