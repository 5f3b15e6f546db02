import { describe, expect, it } from "vitest";
import { Refusal } from "../../../lib/core/errors.ts";
import { startRebuild } from "../../../lib/core/upkeep/rebuild.ts";
import { doWork } from "../../../lib/core/upkeep/work.ts";
import { project } from "../../../lib/core/view/project.ts";
import type { View } from "../../../lib/core/view/view.ts";
import { createDice } from "../../clock.ts";
import { createReadSide, filled, histories, nextOf, recordOf } from "../../read-side.ts";
import { diary, jars, jarViews, ranking } from "../../sample-views.ts";
import { expectBuilt, expectedOf, heldBy } from "../../view-oracle.ts";

const seed = Number(process.env.SEED ?? Date.now() % 1_000_000);
process.stdout.write(`Seed of the rebuilds: ${seed}\n`);

describe("a rebuild while others write", () => {
  it("misses no event that comes while it runs, in whatever order", async () => {
    const dice = createDice(seed);
    for (let round = 0; round < 40; round++) {
      const side = createReadSide({ pageSize: 1 + Math.floor(dice() * 4) });
      const all = histories(6);
      for (const commits of all) side.plant(commits.slice(0, 1 + Math.floor(dice() * 3)));
      const view = jarViews[round % jarViews.length] ?? jars;
      await startRebuild(side.start(), view, { segments: 2 });
      const writing = async (): Promise<void> => {
        const commit = dice() < 0.3 ? nextOf(side, all, dice()) : undefined;
        if (!commit) return;
        await side.store.append([commit]);
        if (dice() < 0.8) await project(side.start(), [commit]);
      };
      for (;;) {
        const message = side.memory.messages.find(({ delaySeconds }) => delaySeconds === 0);
        if (!message) break;
        side.memory.messages.splice(side.memory.messages.indexOf(message), 1);
        await doWork(side.start(writing), message.work, 0);
      }
      // What was not notified is notified at last.
      await project(side.start(), side.log());
      expectBuilt(side, view, 2);
    }
  });

  it("never lets readers step back: what serves afterwards is as new as what served before", async () => {
    const dice = createDice(seed);
    for (let round = 0; round < 12; round++) {
      const side = createReadSide({ pageSize: 2 });
      const all = histories(8);
      for (const commits of all) side.plant(commits.slice(0, 1));
      await project(side.start(), side.log());
      await startRebuild(side.start(), jars, { segments: 2 });
      let seen = new Map<string, number>();
      const look = async (): Promise<void> => {
        const generation = (await recordOf(side, jars))?.live.generation ?? 1;
        const { standing } = side.memory.documents(jars, generation);
        for (const [stream, version] of seen)
          expect(standing.get(stream)?.version ?? 0, stream).toBeGreaterThanOrEqual(version);
        seen = new Map([...standing].map(([stream, { version }]) => [stream, version]));
      };
      const writing = async (call: string): Promise<void> => {
        if (!call.startsWith("log") && !call.startsWith("rebuilds")) return;
        const commit = nextOf(side, all, dice());
        if (commit) {
          await side.store.append([commit]);
          await project(side.start(look), [commit]);
        }
        await look();
      };
      await side.drain(side.start(writing));
      expect((await recordOf(side, jars))?.live.generation).toBe(2);
      await look();
    }
  });
});

describe("a rebuild that meets trouble", () => {
  it("does not serve while a stream of it is parked, and does once that is healed", async () => {
    const side = filled();
    let isBroken = true;
    const hook = (call: string) => {
      if (isBroken && call === "ledger.put") throw new Error("The table is gone.");
    };
    await startRebuild(side.start(), diary, { segments: 2 });
    for (const message of side.memory.messages.splice(0))
      await doWork(side.start(hook), message.work, side.clock.now() + 60_000);
    expect(await recordOf(side, diary)).toMatchObject({
      live: { generation: 1 },
      building: { generation: 2 },
      parked: { 2: 12 },
    });
    expect(side.memory.parked[0]).toMatchObject({ reason: "Error: The table is gone." });
    isBroken = false;
    await side.drain();
    expect(await recordOf(side, diary)).toMatchObject({ live: { generation: 2 }, parked: {} });
    expectBuilt(side, diary, 2);
  });

  it("parks a stream with a damaged commit, goes on with the others, and does not serve", async () => {
    const side = filled();
    const damaged = histories(12)[7] ?? [];
    side.plant(damaged.map((each, at) => (at === 7 ? { ...each, people: "x" as never } : each)));
    await startRebuild(side.start(), diary);
    const segments = side.memory.messages.splice(0);
    for (const { work } of segments) await doWork(side.start(), work, side.clock.now() + 60_000);
    expect(side.memory.parked).toMatchObject([
      { stream: "jar-j7", generation: 2, reason: expect.stringContaining("is not a commit") },
    ]);
    const { heads } = expectedOf(diary, histories(12).flat());
    const held = heldBy(side.memory, diary, 2).heads;
    expect(held.get("jar-j7")).toBeLessThan(heads.get("jar-j7") ?? 0);
    expect(held.set("jar-j7", 0)).toEqual(heads.set("jar-j7", 0));
    await expect(side.drain()).rejects.toThrow("is not a commit");
    expect((await recordOf(side, diary))?.live.generation).toBe(1);
    side.plant(damaged);
    const work = { kind: "catch-up", view: "diary", generation: 2, stream: "jar-j7" } as const;
    await doWork(side.start(), work, 0);
    expect((await recordOf(side, diary))?.live.generation).toBe(2);
    expectBuilt(side, diary, 2);
  });

  it("never lets a build serve whose segments are not all done", async () => {
    const side = filled();
    await startRebuild(side.start(), ranking, { segments: 4 });
    side.memory.messages.splice(2, 1);
    await side.drain();
    expect((await recordOf(side, ranking))?.live.generation).toBe(1);
  });

  it("passes a refusal of the store on, so that its message comes again", async () => {
    const side = filled();
    await startRebuild(side.start(), jars, { segments: 1 });
    const silent = side.start((call) => {
      if (call === "log.commits") throw new Refusal("unavailable", "The log does not answer.");
    });
    await expect(side.drain(silent)).rejects.toThrow("The log does not answer.");
  });
});

describe("a rebuild under a new definition", () => {
  const renamed: View = {
    ...diary,
    definition: 2,
    entries: (event, at) =>
      diary.entries(event, at).map((entry) => ({ ...entry, partition: `new-${entry.partition}` })),
    previous: diary,
  };
  const withRenamed = [jars, renamed];

  it("feeds each build by its own definition, until the new one serves", async () => {
    const side = filled(6);
    const all = histories(6);
    for (const commits of all) side.plant(commits.slice(0, 1));
    await project(side.start(), side.log());
    const code = side.start(undefined, withRenamed);
    expect(await startRebuild(code, renamed)).toEqual({ generation: 2, definition: 2 });
    for (const commits of all) side.plant(commits);
    await project(code, side.log());
    expectBuilt(side, diary, 1);
    await side.drain(code);
    expectBuilt(side, renamed, 2);
    expect((await recordOf(side, diary))?.live).toEqual({ generation: 2, definition: 2 });
  });

  it("finishes a build that was begun under the definition before", async () => {
    const side = filled();
    await startRebuild(side.start(), diary);
    await side.drain(side.start(undefined, withRenamed));
    expectBuilt(side, diary, 2);
    expect((await recordOf(side, diary))?.live).toEqual({ generation: 2, definition: 1 });
  });

  it("is not filled by code that does not know its definition", async () => {
    const side = filled();
    await startRebuild(side.start(undefined, withRenamed), renamed);
    await expect(side.drain()).rejects.toThrow("View diary is being built by definition 2");
    expect(heldBy(side.memory, diary, 2).rows).toEqual([]);
  });
});
