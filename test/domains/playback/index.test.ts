import { beforeEach, describe, expect, test } from "vitest";
import { mayCommand } from "../../../lib/core/domain/access.ts";
import { streamIdOf, subjectOf } from "../../../lib/core/domain/domain.ts";
import { load } from "../../../lib/core/log/load.ts";
import { showDocument } from "../../../lib/core/view/document-view.ts";
import playbacks from "../../../lib/domains/playback/index.ts";
import { Command } from "../../../lib/domains/playback/playback.ts";
import { createCommandProcess } from "../../command-process.ts";

describe("the playback of a title", () => {
  let process: ReturnType<typeof createCommandProcess>;
  const callerNamed = (sub: string) => ({ sub, admin: false, auditor: false });
  const idFor = (sub: string) => streamIdOf(playbacks, "film", callerNamed(sub));
  const loaded = (sub: string) =>
    load(playbacks, process.store, `playback-${idFor(sub)}`, { consistent: true });

  beforeEach(async () => {
    process = createCommandProcess({ domain: playbacks });
    await process.send(idFor("ann"), Command.Start({ position: 90 }), { by: "ann" });
    await process.send(idFor("auth0|ben"), Command.Stop({ position: 7 }), { by: "auth0|ben" });
  });

  test("is its user's own, though all have the same path", async () => {
    expect((await loaded("ann")).state).toMatchObject({ user: "ann", position: 90 });
    expect((await loaded("auth0|ben")).state).toMatchObject({ user: "auth0|ben", position: 7 });
    const subject = subjectOf(playbacks, (await loaded("ann")).state);
    for (const type of ["Start", "Progress", "Stop", "Finish"]) {
      const roles = playbacks.allow[type] ?? [];
      expect(mayCommand(roles, callerNamed("ann"), subject)).toBe(true);
      expect(mayCommand(roles, callerNamed("ben"), subject)).toBe(false);
    }
  });

  test("shows title, position and status, and not whose it is", async () => {
    expect(showDocument(playbacks, idFor("auth0|ben"), await loaded("auth0|ben"))).toEqual({
      title: "film",
      version: 1,
      position: 7,
      status: "stopped",
      updatedAt: new Date(process.clock.now()).toISOString(),
    });
  });
});
