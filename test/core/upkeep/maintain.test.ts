import { describe, expect, it } from "vitest";
import { maintain, maintainBounds } from "../../../lib/core/upkeep/maintain.ts";
import { retiredMs, startRebuild } from "../../../lib/core/upkeep/rebuild.ts";
import { sweepMarginMs } from "../../../lib/core/upkeep/sweep-generation.ts";
import { doWork } from "../../../lib/core/upkeep/work.ts";
import { project } from "../../../lib/core/view/project.ts";
import type { View } from "../../../lib/core/view/view.ts";
import { dying, survives } from "../../crash.ts";
import { createReadSide, filled, queued, type ReadSide, recordOf } from "../../read-side.ts";
import { diary, jars, jarViews, purses } from "../../sample-views.ts";
import { nothing, tended } from "../../tended.ts";
import { expectBuilt, heldBy } from "../../view-oracle.ts";

const names = jarViews.map(({ name }) => name);
const { idleMs, buildsMax } = maintainBounds;

const firstSegments = (side: ReadSide) =>
  side.memory.messages.splice(0).filter(({ work }) => work.kind === "segment");

describe("care for the read side", () => {
  it("does nothing where nothing is to be done", async () => {
    expect(await maintain((await tended()).start())).toEqual(nothing);
  });

  it("records views of an empty log as complete, and builds none of them", async () => {
    const side = createReadSide();
    expect(await maintain(side.start())).toEqual({ ...nothing, recorded: names });
    expect(await recordOf(side, jars)).toMatchObject({ unbuilt: false, live: { generation: 1 } });
  });

  it("builds views that are new in a system with a past, a few at a time", async () => {
    const side = filled();
    const report = await maintain(side.start());
    expect(report).toEqual({ ...nothing, recorded: names, started: names.slice(0, buildsMax) });
    expect((await maintain(side.start())).started).toEqual([]);
    await side.drain();
    expect((await maintain(side.start())).started).toEqual(names.slice(buildsMax));
    await side.drain();
    expect(await maintain(side.start())).toEqual(nothing);
    for (const view of jarViews) expectBuilt(side, view, 2);
  });

  it("builds a view that the projector recorded, which knows of its own notifications only", async () => {
    const side = filled();
    await project(side.start(), side.store.commits("jar-j3"));
    await maintain(side.start());
    await side.drain();
    for (const view of jarViews.slice(0, buildsMax)) expectBuilt(side, view, 2);
  });

  it("builds a view whose definition has changed, unless that is being done", async () => {
    const side = await tended();
    const changed: View = { ...purses, definition: 2, previous: purses };
    const code = side.start(undefined, [jars, changed]);
    expect((await maintain(code)).started).toEqual(["purses"]);
    expect((await maintain(code)).started).toEqual([]);
    await side.drain(code);
    expect((await recordOf(side, purses))?.live).toEqual({ generation: 2, definition: 2 });
    expect(await maintain(code)).toEqual(nothing);
  });

  it("leaves alone a view that the code has no more", async () => {
    const side = await tended();
    await startRebuild(side.start(), diary);
    side.memory.messages.length = 0;
    side.clock.advance(idleMs);
    expect(await maintain(side.start(undefined, [jars]))).toEqual(nothing);
  });
});

describe("care for a rebuild", () => {
  it("queues its open segments again once it has stood still for a while", async () => {
    const side = await tended();
    await startRebuild(side.start(), diary, { segments: 3 });
    const [one] = firstSegments(side);
    side.clock.advance(idleMs - 1_000);
    if (one) await doWork(side.start(), one.work, side.clock.now() + 60_000);
    side.clock.advance(idleMs - 1_000);
    expect(await maintain(side.start())).toEqual(nothing);
    side.clock.advance(1_000);
    expect(await maintain(side.start())).toEqual({ ...nothing, resumed: ["diary"] });
    expect(queued(side, "segment")).toMatchObject([{ segment: 1 }, { segment: 2 }]);
    await side.drain();
    expectBuilt(side, diary, 2);
  });

  it("lets it serve when the last worker died before it could", async () => {
    const side = await tended();
    const doomed = side.start((call) => {
      if (call === "rebuilds.switchTo") throw new Error("The worker died.");
    });
    await startRebuild(side.start(), diary, { segments: 1 });
    await expect(side.drain(doomed)).rejects.toThrow("The worker died.");
    expect(await maintain(side.start())).toEqual({ ...nothing, switched: ["diary"] });
    expectBuilt(side, diary, 2);
  });

  it("begins another one in place of one whose definition this code does not know", async () => {
    const side = await tended();
    const newer: View = { ...diary, definition: 2, previous: diary };
    await startRebuild(side.start(undefined, [newer]), newer);
    side.memory.messages.length = 0;
    expect(await maintain(side.start())).toEqual(nothing);
    side.clock.advance(idleMs);
    expect(await maintain(side.start())).toEqual({ ...nothing, started: ["diary"] });
    await side.drain();
    expect((await recordOf(side, diary))?.live).toEqual({ generation: 3, definition: 1 });
  });

  it("sends the build before to be swept, when nobody has been at it for a while", async () => {
    const side = await tended();
    await startRebuild(side.start(), diary);
    await side.drain();
    side.memory.messages.length = 0;
    side.clock.advance(retiredMs + sweepMarginMs + idleMs - 1);
    expect(await maintain(side.start())).toEqual(nothing);
    side.clock.advance(1);
    expect(await maintain(side.start())).toEqual({ ...nothing, swept: ["diary"] });
    await side.drain();
    expect(heldBy(side.memory, diary, 1).rows).toEqual([]);
    expect(await maintain(side.start())).toEqual(nothing);
  });

  it("heals whatever a crash leaves of it, at any step", async () => {
    for (const moment of ["before", "after"] as const)
      for (let step = 1, crashed = true; crashed; step += 2) {
        const side = await tended();
        // Nobody delivers again what a dead worker had in hand.
        const doomed = side.start(dying(step, moment));
        crashed = !(await survives(startRebuild(doomed, diary, { segments: 2 })));
        while (side.memory.messages.length > 0 && !crashed)
          for (const { work } of side.memory.messages.splice(0, 1))
            if (work.kind !== "sweep") crashed = !(await survives(doWork(doomed, work, 0)));
        for (let turn = 0; turn < 4; turn++) {
          side.clock.advance(retiredMs + sweepMarginMs + idleMs);
          expect((await maintain(side.start())).failures).toEqual([]);
          await side.drain();
        }
        const record = await recordOf(side, diary);
        expect(record, `step ${step}`).toMatchObject({ retired: [], parked: {} });
        expect(record).not.toHaveProperty("building");
        expectBuilt(side, diary, record?.live.generation ?? 0);
      }
  });
});
