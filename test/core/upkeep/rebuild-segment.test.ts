import { describe, expect, test } from "vitest";
import { startRebuild } from "../../../lib/core/upkeep/rebuild.ts";
import { doWork } from "../../../lib/core/upkeep/work.ts";
import { project } from "../../../lib/core/view/project.ts";
import { createDice } from "../../clock.ts";
import { dying, survives } from "../../crash.ts";
import { jarHistory, noSnapshots } from "../../jar-history.ts";
import { createReadSide, type ReadSide } from "../../read-side.ts";
import { jars } from "../../sample-views.ts";
import { expectBuilt } from "../../view-oracle.ts";

const seed = Number(process.env.SEED ?? Date.now() % 1_000_000);
process.stdout.write(`Seed of the segments: ${seed}\n`);

/** Streams of which some are longer than a page, some are not, and many are short. */
const mixed = (dice: () => number) =>
  Array.from({ length: 3 + Math.floor(dice() * 6) }, (_, at) => {
    const commits = dice() < 0.5 ? 50 + Math.floor(dice() * 120) : 1 + Math.floor(dice() * 6);
    const counts = Array.from({ length: commits }, () => 1 + Math.floor(dice() * 2));
    const policy = dice() < 0.3 ? { policy: noSnapshots } : {};
    return jarHistory(`m${at}`, counts, policy).commits;
  });

const segments = (side: ReadSide) =>
  side.memory.messages.filter(({ work }) => work.kind === "segment");

const totals = async (side: ReadSide) => {
  const progress = await side.start().rebuilds.progress("jars", 2);
  const sum = (of: "streams" | "events") => progress.reduce((all, each) => all + each[of], 0);
  return { streams: sum("streams"), events: sum("events") };
};

describe("a segment of a document's rebuild", () => {
  test("takes in long and short streams, whatever is dense, and counts each event once", async () => {
    const dice = createDice(seed);
    for (let round = 0; round < 20; round++) {
      const side = createReadSide({ pageSize: 40 + Math.floor(dice() * 80) });
      const all = mixed(dice);
      for (const commits of all) side.plant(commits);
      await startRebuild(side.start(), jars, { segments: 1 + Math.floor(dice() * 3) });
      // With no time at all, each page is a message of its own.
      await side.drain(side.start(), dice() < 0.5 ? 0 : 60_000);
      expectBuilt(side, jars, 2);
      const events = side.log().reduce((sum, commit) => sum + commit.events.length, 0);
      expect(await totals(side)).toEqual({ streams: all.length, events });
    }
  });

  test("misses no event that comes while it runs", async () => {
    const dice = createDice(seed + 1);
    for (let round = 0; round < 10; round++) {
      const side = createReadSide({ pageSize: 60 });
      const all = mixed(dice);
      for (const commits of all) side.plant(commits.slice(0, Math.ceil(commits.length / 2)));
      await startRebuild(side.start(), jars, { segments: 2 });
      const writing = async (): Promise<void> => {
        const commits = all[Math.floor(dice() * all.length)] ?? [];
        const commit = commits[side.store.commits(commits[0]?.stream ?? "").length];
        if (!commit || dice() < 0.5) return;
        await side.store.append([commit]);
        await project(side.start(), [commit]);
      };
      await side.drain(side.start(writing), 0);
      expectBuilt(side, jars, 2);
    }
  });

  test("goes on where it stopped, whichever step of it crashed", async () => {
    const all = [
      ["a", 120],
      ["b", 3],
      ["c", 55],
    ].map(([id, commits]) => jarHistory(String(id), Array(Number(commits)).fill(1)).commits);
    for (const moment of ["before", "after"] as const)
      for (let step = 1, crashed = true; crashed; step++) {
        const side = createReadSide({ pageSize: 70 });
        for (const commits of all) side.plant(commits);
        await startRebuild(side.start(), jars, { segments: 1 });
        const doomed = side.start(dying(step, moment));
        const [message] = segments(side).splice(0);
        if (!message) throw new Error("Nothing is queued.");
        crashed = !(await survives(doWork(doomed, message.work, side.clock.now() + 60_000)));
        if (!crashed) side.memory.messages.splice(side.memory.messages.indexOf(message), 1);
        await side.drain();
        expectBuilt(side, jars, 2);
      }
  });
});
