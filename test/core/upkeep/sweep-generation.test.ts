import { describe, expect, it } from "vitest";
import { retiredMs, startRebuild } from "../../../lib/core/upkeep/rebuild.ts";
import { sweepGeneration, sweepMarginMs } from "../../../lib/core/upkeep/sweep-generation.ts";
import { delaySecondsMax } from "../../../lib/core/upkeep/work-queue.ts";
import { project } from "../../../lib/core/view/project.ts";
import { dying, survives } from "../../crash.ts";
import { filled, type ReadSide, recordOf } from "../../read-side.ts";
import { diary, jarViews } from "../../sample-views.ts";
import { expectBuilt, heldBy } from "../../view-oracle.ts";

const first = { view: "diary", generation: 1 };

/** A read side in which the diary's first build has just been retired; its sweep takes four pages. */
const retired = async (): Promise<ReadSide> => {
  const side = filled(6, { sweepPages: 4 });
  await project(side.start(), side.log());
  await startRebuild(side.start(), diary);
  await side.drain();
  side.memory.messages.length = 0;
  return side;
};

const due = async (): Promise<ReadSide> => {
  const side = await retired();
  side.clock.advance(retiredMs + sweepMarginMs);
  return side;
};

const rowsOf = ({ memory }: ReadSide, generation: number) => heldBy(memory, diary, generation).rows;

describe("sweeping a retired build", () => {
  it("waits until no reader can be at its rows, for as long as one message can", async () => {
    const side = await retired();
    await sweepGeneration(side.start(), first, 0);
    expect(side.memory.messages).toEqual([
      { work: { kind: "sweep", ...first }, delaySeconds: delaySecondsMax },
    ]);
    side.memory.messages.length = 0;
    side.clock.advance(retiredMs + sweepMarginMs - 1_500);
    await sweepGeneration(side.start(), first, 0);
    expect(side.memory.messages).toMatchObject([{ delaySeconds: 2 }]);
    expectBuilt(side, diary, 1);
  });

  it("removes its rows when the time has come, and strikes it off the record", async () => {
    const side = await due();
    await sweepGeneration(side.start(), first, side.clock.now() + 1);
    expect(rowsOf(side, 1)).toEqual([]);
    expect(side.memory.checkpoints(diary, 1).size).toBe(0);
    expectBuilt(side, diary, 2);
    expect((await recordOf(side, diary))?.retired).toEqual([]);
    expect(side.memory.messages).toEqual([]);
  });

  it("leaves the build alone that serves, one that is being filled, and one that never was", async () => {
    const side = await due();
    await startRebuild(side.start(), diary);
    await side
      .drain(
        side.start((call) => {
          if (call === "rebuilds.switchTo") throw new Error("Not yet.");
        }),
      )
      .catch(() => {});
    for (const generation of [2, 3, 4])
      await sweepGeneration(side.start(), { view: "diary", generation }, Number.MAX_VALUE);
    await sweepGeneration(side.start(), { view: "nothing", generation: 1 }, Number.MAX_VALUE);
    expect(rowsOf(side, 3)).not.toEqual([]);
    expectBuilt(side, diary, 2);
    expect(side.memory.messages.filter(({ work }) => work.kind === "sweep")).toEqual([]);
  });

  it("is safe to repeat", async () => {
    const side = await due();
    const { now } = side.clock;
    await sweepGeneration(side.start(), first, now() + 1);
    await sweepGeneration(side.start(), first, now() + 1);
    expectBuilt(side, diary, 2);
  });

  it("goes on page by page where its time was over, and not from the start", async () => {
    const side = await due();
    const pages: string[] = [];
    const counting = (call: string, moment: string) => {
      if (call === "sweeper.sweep" && moment === "before") pages.push(call);
    };
    for (let turn = 1; turn <= 3; turn++) {
      await sweepGeneration(side.start(counting), first, side.clock.now());
      expect(side.memory.messages.splice(0)).toEqual([
        { work: { kind: "sweep", ...first }, delaySeconds: 0 },
      ]);
    }
    await sweepGeneration(side.start(counting), first, side.clock.now());
    expect(pages).toHaveLength(4);
    expect(rowsOf(side, 1)).toEqual([]);
  });

  it("is finished by the next worker, whichever step of it crashed", async () => {
    for (const moment of ["before", "after"] as const)
      for (let step = 1, crashed = true; crashed; step++) {
        const side = await due();
        const { now } = side.clock;
        const doomed = sweepGeneration(side.start(dying(step, moment)), first, now() + 1);
        crashed = !(await survives(doomed));
        await sweepGeneration(side.start(), first, now() + 1);
        expect(rowsOf(side, 1)).toEqual([]);
        expect((await recordOf(side, diary))?.retired).toEqual([]);
        expectBuilt(side, diary, 2);
      }
  });

  it("leaves other views alone", async () => {
    const side = await due();
    await sweepGeneration(side.start(), first, side.clock.now() + 1);
    for (const view of jarViews.filter((each) => each !== diary)) expectBuilt(side, view, 1);
  });
});
