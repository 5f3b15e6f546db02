import { describe, expect, test } from "vitest";
import { mayCommand } from "../../../lib/core/domain/access.ts";
import { streamIdOf, subjectOf } from "../../../lib/core/domain/domain.ts";
import { load } from "../../../lib/core/log/load.ts";
import likesDomain from "../../../lib/domains/like/index.ts";
import { Command, Event, like } from "../../../lib/domains/like/like.ts";
import { createCommandProcess } from "../../command-process.ts";
import { storiesOf } from "../../given.ts";

const time = "2026-11-01T12:00:00.000Z";
const callerNamed = (sub: string) => ({ sub, admin: false, auditor: false });

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
});
