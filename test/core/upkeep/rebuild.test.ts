import { describe, expect, it } from "vitest";
import { segmentsDefault } from "../../../lib/core/log/segments.ts";
import { resumeRebuild, retiredMs, startRebuild } from "../../../lib/core/upkeep/rebuild.ts";
import { rebuildSegment } from "../../../lib/core/upkeep/rebuild-segment.ts";
import { doWork } from "../../../lib/core/upkeep/work.ts";
import { createDice } from "../../clock.ts";
import { dying, survives } from "../../crash.ts";
import { jarHistory } from "../../jar-history.ts";
import { createReadSide, filled, queued, recordOf } from "../../read-side.ts";
import { diary, jars, jarViews, purses, ranking } from "../../sample-views.ts";
import { expectBuilt, heldBy } from "../../view-oracle.ts";

const seed = Number(process.env.SEED ?? Date.now() % 1_000_000);
process.stdout.write(`Seed of the rebuilds: ${seed}\n`);

describe("a rebuild", () => {
  it.each(jarViews.map((view) => [view.name, view] as const))(
    "fills a new build of %s from the log, and lets it serve",
    async (_, view) => {
      const side = filled();
      expect(await startRebuild(side.start(), view)).toEqual({ generation: 2, definition: 1 });
      await side.drain();
      expectBuilt(side, view, 2);
      expect(await recordOf(side, view)).toMatchObject({
        live: { generation: 2, definition: 1 },
        retired: [{ generation: 1 }],
        unbuilt: false,
      });
    },
  );

  it("tells how many streams and events it has gone through, and when it was done", async () => {
    const side = filled();
    await startRebuild(side.start(), purses, { segments: 3 });
    await side.drain();
    const { rebuilds } = side.start();
    const progress = await rebuilds.progress("purses", 2);
    const total = (of: "streams" | "events") => progress.reduce((sum, each) => sum + each[of], 0);
    expect(progress).toHaveLength(3);
    expect(total("streams")).toBe(12);
    expect(total("events")).toBe(side.log().flatMap(({ events }) => events).length);
    expect(await rebuilds.find("purses")).toMatchObject({
      generation: 2,
      segments: 3,
      finishedAt: new Date(side.clock.now()).toISOString(),
    });
  });

  it.each([
    ["document", jars, 2],
    ["ledger", diary, segmentsDefault],
    ["tally", purses, segmentsDefault],
  ] as const)("of a %s is split as its kind is", async (_, view, segments) => {
    const ports = { ...createReadSide().start(), documentSegments: 2 };
    await startRebuild(ports, view);
    expect(await ports.rebuilds.find(view.name)).toMatchObject({ segments });
  });

  it("writes a row once for all commits of a page", async () => {
    const side = createReadSide({ pageSize: 100 });
    side.plant(
      jarHistory(
        "one",
        Array.from({ length: 60 }, () => 1),
      ).commits,
    );
    await startRebuild(side.start(), jars, { segments: 1 });
    await side.drain();
    expect(side.memory.documents(jars, 2).calls.put).toBe(1);
  });

  it("is refused while another one is under way, and has a number of its own afterwards", async () => {
    const side = filled();
    await startRebuild(side.start(), diary);
    const again = startRebuild(side.start(), diary);
    await expect(again).rejects.toMatchObject({ name: "Refusal", kind: "conflict" });
    await side.drain();
    expect(await startRebuild(side.start(), diary)).toMatchObject({ generation: 3 });
  });

  it("gives up the build that it takes the place of, whose segments stop", async () => {
    const side = filled();
    await startRebuild(side.start(), diary);
    const build = await startRebuild(side.start(), diary, { insteadOf: 2 });
    expect(build.generation).toBe(3);
    await side.drain();
    expect(heldBy(side.memory, diary, 2).rows).toEqual([]);
    expect(await recordOf(side, diary)).toMatchObject({
      live: { generation: 3 },
      retired: [{ generation: 2, until: new Date(side.clock.now()).toISOString() }, {}],
    });
    await expect(startRebuild(side.start(), diary, { insteadOf: 2 })).resolves.toBeDefined();
  });

  it("goes on where it stopped, whichever step of it crashed", async () => {
    for (const view of [diary, ranking, jars])
      for (const moment of ["before", "after"] as const)
        for (let step = 1, crashed = true; crashed; step++) {
          const side = filled(5);
          await startRebuild(side.start(), view, { segments: 2 });
          const doomed = side.start(dying(step, moment));
          crashed = false;
          for (const message of [...side.memory.messages]) {
            // The queue hides what is received, and shows it again when nobody has done it.
            side.memory.messages.splice(side.memory.messages.indexOf(message), 1);
            if (await survives(doWork(doomed, message.work, 0))) continue;
            crashed = true;
            side.memory.messages.push(message);
          }
          await side.drain();
          expectBuilt(side, view, 2);
          expect((await recordOf(side, view))?.live.generation).toBe(2);
        }
  });

  it("is queued again by whoever finds it, when it crashed before its segments were queued", async () => {
    const side = filled();
    const doomed = side.start((call) => {
      if (call === "queue.send") throw new Error("The queue is gone.");
    });
    await expect(startRebuild(doomed, purses)).rejects.toThrow("The queue is gone.");
    const rebuild = await side.start().rebuilds.find("purses");
    if (!rebuild) throw new Error("Nothing was begun.");
    await resumeRebuild(side.start(), rebuild);
    await side.drain();
    expectBuilt(side, purses, 2);
  });

  it("stops when its time is over, and the rest is queued", async () => {
    const side = filled(9, { pageSize: 2 });
    await startRebuild(side.start(), diary, { segments: 1 });
    const message = side.memory.messages.shift();
    if (!message) throw new Error("Nothing is queued.");
    await doWork(side.start(), message.work, side.clock.now());
    expect(queued(side, "segment")).toEqual([message.work]);
    const [saved] = await side.start().rebuilds.progress("diary", 2);
    expect(saved).toMatchObject({ done: false, after: { stream: expect.any(String) } });
  });

  it("is done by one worker, when two take the same segment", async () => {
    const dice = createDice(seed);
    for (let round = 0; round < 20; round++) {
      const side = filled(6, { pageSize: 2 });
      await startRebuild(side.start(), purses, { segments: 1 });
      side.memory.messages.length = 0;
      const pausing = async (): Promise<void> => {
        for (let turns = Math.floor(dice() * 6); turns > 0; turns--) await Promise.resolve();
      };
      const work = { view: "purses", generation: 2, segment: 0 };
      await Promise.all([
        rebuildSegment(side.start(pausing), work, 0),
        rebuildSegment(side.start(pausing), work, 0),
      ]);
      expect(queued(side, "segment").length).toBeLessThanOrEqual(1);
      await side.drain();
      expectBuilt(side, purses, 2);
      const [progress] = await side.start().rebuilds.progress("purses", 2);
      expect(progress).toMatchObject({ streams: 6, done: true });
    }
  });
});

describe("the build that served before", () => {
  it("is sent to be swept when its readers are gone", async () => {
    const side = filled();
    await startRebuild(side.start(), diary);
    await side.drain();
    expect(side.memory.messages).toEqual([
      { work: { kind: "sweep", view: "diary", generation: 1 }, delaySeconds: retiredMs / 1000 },
    ]);
    const until = new Date(side.clock.now() + retiredMs).toISOString();
    expect((await recordOf(side, diary))?.retired).toEqual([
      { generation: 1, definition: 1, until },
    ]);
  });
});
