import { beforeEach, describe, expect, test } from "vitest";
import { catchUpPair } from "../../../lib/core/view/catch-up.ts";
import { project } from "../../../lib/core/view/project.ts";
import type { View } from "../../../lib/core/view/view.ts";
import { Event } from "../../jar.ts";
import { createJarLog, type JarLog } from "../../jar-log.ts";
import type { Hook } from "../../memory-views.ts";
import { createReadSide, type ReadSide, recordOf } from "../../read-side.ts";
import { diary, jars, jarViews, purses, unbearable } from "../../sample-views.ts";
import { expectBuilt } from "../../view-oracle.ts";

let side: ReadSide;
let log: JarLog;

beforeEach(async () => {
  side = createReadSide();
  log = createJarLog(side.store);
  await project(side.start(), []);
});

const pairOf = (view: View, generation = 1) => ({ view: view.name, generation, stream: "jar-a" });
const note = { reason: "no", queued: true, dead: false };
const catchUp = (view: View, hook?: Hook, views?: readonly View[]) =>
  catchUpPair(side.start(hook, views), pairOf(view));
const parked = () => side.memory.parked.map(({ view, stream }) => [view, stream]);

describe("catching up", () => {
  test.each(jarViews)("brings a stream to the head and ends its parking: $name", async (view) => {
    await log.fill("a", 130);
    await side.start().parking.park(pairOf(view), note);
    await catchUp(view);
    expectBuilt(side, view, 1);
    expect(parked()).toEqual([]);
    expect(await recordOf(side, view)).toMatchObject({ parked: {} });
  });

  test("changes nothing when it is done again, or was not needed", async () => {
    await project(side.start(), await log.fill("a", 3));
    await catchUp(purses);
    await catchUp(purses);
    expectBuilt(side, purses, 1);
  });

  test("fails with the cause while the cause is there, and leaves the stream parked", async () => {
    await log.fill("a", 1);
    await log.add("a", [Event.Shaken({ noise: unbearable })]);
    await side.start().parking.park(pairOf(diary), note);
    await expect(catchUp(diary)).rejects.toThrow("This cannot be borne.");
    expect(parked()).toEqual([["diary", "jar-a"]]);
  });

  test("heals what was parked once the cause is gone", async () => {
    await log.fill("a", 1);
    await log.add("a", [Event.Shaken({ noise: unbearable })]);
    await project(side.start(), log.commits);
    expect(parked()).toEqual(expect.arrayContaining([["diary", "jar-a"]]));
    const patient = { ...diary, entries: () => [] };
    await catchUp(diary, undefined, [patient]);
    expectBuilt(side, patient, 1);
    expect(parked()).toEqual([["purses", "jar-a"]]);
  });

  test("misses no event that was skipped while it was under way", async () => {
    await log.fill("a", 2);
    await side.start().parking.park(pairOf(diary), note);
    const hook: Hook = async (name, moment) => {
      if (name !== "parking.unpark" || moment !== "before") return;
      const skipped = await log.add("a", [Event.CoinsPut({ coins: 1 })]);
      expect(await project(side.start(), [skipped])).toEqual([]);
      expect(side.memory.checkpoints(diary).get("jar-a")).toBe(2);
    };
    await catchUp(diary, hook);
    expectBuilt(side, diary, 1);
  });

  test.each(["before", "after"] as const)(
    "is done by the next attempt after a crash %s the end of the parking",
    async (moment) => {
      await log.fill("a", 2);
      await side.start().parking.park(pairOf(jars), note);
      const crash: Hook = (name, when) => {
        if (name === "parking.unpark" && when === moment) throw new Error("crash");
      };
      await expect(catchUp(jars, crash)).rejects.toThrow("crash");
      await catchUp(jars);
      expectBuilt(side, jars, 1);
      expect(parked()).toEqual([]);
    },
  );
});

describe("a build that nobody needs any more", () => {
  const at = "2026-11-01T18:00:00.000Z";
  const park = (generation: number) => side.start().parking.park(pairOf(diary, generation), note);
  const isLeftAlone = async (generation: number, views?: readonly View[]): Promise<void> => {
    await log.fill("a", 2);
    await park(generation);
    await catchUpPair(side.start(undefined, views), pairOf(diary, generation));
    expect(parked()).toEqual([]);
    expect(side.memory.ledger(diary, generation)).toEqual([]);
  };

  test("ends the parking of its streams and takes nothing in", () => isLeftAlone(9));

  test("is one of a view that this code does not have", () => isLeftAlone(1, [jars]));

  test("is one that has served under a definition that is unknown by now", async () => {
    const { rebuilds } = side.start();
    await rebuilds.begin(diary.name, 2, { segments: 1, startedAt: at });
    await rebuilds.switchTo(diary.name, 2, at, at);
    await isLeftAlone(1, [{ ...diary, definition: 2 }]);
  });

  test("is not one that serves, whose unknown definition keeps its streams parked", async () => {
    await log.fill("a", 2);
    await park(1);
    const catching = catchUp(diary, undefined, [{ ...diary, definition: 2 }]);
    await expect(catching).rejects.toThrow("built by definition 1, unknown here");
    expect(parked()).toEqual([["diary", "jar-a"]]);
  });
});
