import { describe, expect, it } from "vitest";
import type { Commit } from "../../lib/core/commit.ts";
import { Refusal } from "../../lib/core/errors.ts";
import { project } from "../../lib/core/project.ts";
import { rebuildSegment, resumeRebuild, retiredMs, startRebuild } from "../../lib/core/rebuild.ts";
import type { View } from "../../lib/core/view.ts";
import { doWork } from "../../lib/core/work.ts";
import { createDice } from "../clock.ts";
import { jarHistory, noSnapshots } from "../jar-history.ts";
import {
  createReadSide,
  dying,
  expectedOf,
  heldBy,
  queued,
  type ReadSide,
  survives,
} from "../read-side.ts";
import { diary, jars, jarViews, purses, ranking } from "../sample-views.ts";

const seed = Number(process.env.SEED ?? Date.now() % 1_000_000);
process.stdout.write(`Seed of the rebuilds: ${seed}\n`);

/** Jars of one to eight commits, half of them without a snapshot. */
const histories = (count: number): readonly (readonly Commit[])[] =>
  Array.from({ length: count }, (_, index) => {
    const counts = Array.from({ length: 1 + (index % 8) }, (_, place) => 1 + ((index + place) % 3));
    const policy = index % 2 === 0 ? { policy: noSnapshots } : {};
    return jarHistory(`j${index}`, counts, { ...policy, owner: `user${index % 4}` }).commits;
  });

const filled = (count = 12, options: Parameters<typeof createReadSide>[0] = {}): ReadSide => {
  const side = createReadSide(options);
  for (const commits of histories(count)) side.plant(commits);
  return side;
};

const expectBuilt = (side: ReadSide, view: View, generation: number): void =>
  expect(heldBy(side.memory, view, generation)).toEqual(expectedOf(view, side.log()));

const liveOf = async (side: ReadSide, view: View) => {
  const records = await side.start().catalogue.list();
  return records.find(({ view: name }) => name === view.name);
};

describe("a rebuild", () => {
  it.each(jarViews.map((view) => [view.name, view] as const))(
    "fills a new build of %s from the log, and lets it serve",
    async (_, view) => {
      const side = filled();
      expect(await startRebuild(side.start(), view)).toEqual({ generation: 2, definition: 1 });
      await side.drain();
      expectBuilt(side, view, 2);
      expect(await liveOf(side, view)).toMatchObject({
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
    expect(await liveOf(side, diary)).toMatchObject({
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
          expect((await liveOf(side, view))?.live.generation).toBe(2);
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
    for (let round = 0; round < 40; round++) {
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

/** The next commit that one of the jars has not got yet. */
const nextOf = (
  side: ReadSide,
  all: readonly (readonly Commit[])[],
  pick: number,
): Commit | undefined => {
  const commits = all[Math.floor(pick * all.length)] ?? [];
  return commits[side.store.commits(commits[0]?.stream ?? "").length];
};

describe("a rebuild while others write", () => {
  it("misses no event that comes while it runs, in whatever order", async () => {
    const dice = createDice(seed);
    for (let round = 0; round < 60; round++) {
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
        const generation = (await liveOf(side, jars))?.live.generation ?? 1;
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
      expect((await liveOf(side, jars))?.live.generation).toBe(2);
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
    expect(await liveOf(side, diary)).toMatchObject({
      live: { generation: 1 },
      building: { generation: 2 },
      parked: { 2: 12 },
    });
    expect(side.memory.parked[0]).toMatchObject({ reason: "Error: The table is gone." });
    isBroken = false;
    await side.drain();
    expect(await liveOf(side, diary)).toMatchObject({ live: { generation: 2 }, parked: {} });
    expectBuilt(side, diary, 2);
  });

  it("parks a stream with a damaged commit, goes on with the others, and does not serve", async () => {
    const side = filled();
    const damaged = histories(12)[7] ?? [];
    side.plant(damaged.map((each, at) => (at === 4 ? { ...each, people: "x" as never } : each)));
    await startRebuild(side.start(), diary);
    const segments = side.memory.messages.splice(0);
    for (const { work } of segments) await doWork(side.start(), work, side.clock.now() + 60_000);
    expect(side.memory.parked).toMatchObject([
      { stream: "jar-j7", generation: 2, reason: expect.stringContaining("is not a commit") },
    ]);
    const { heads } = expectedOf(diary, histories(12).flat());
    expect(heldBy(side.memory, diary, 2).heads).toEqual(heads.set("jar-j7", 6));
    await expect(side.drain()).rejects.toThrow("is not a commit");
    expect((await liveOf(side, diary))?.live.generation).toBe(1);
    side.plant(damaged);
    const work = { kind: "catch-up", view: "diary", generation: 2, stream: "jar-j7" } as const;
    await doWork(side.start(), work, 0);
    expect((await liveOf(side, diary))?.live.generation).toBe(2);
    expectBuilt(side, diary, 2);
  });

  it("never lets a build serve whose segments are not all done", async () => {
    const side = filled();
    await startRebuild(side.start(), ranking, { segments: 4 });
    side.memory.messages.splice(2, 1);
    await side.drain();
    expect((await liveOf(side, ranking))?.live.generation).toBe(1);
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
    expect((await liveOf(side, diary))?.live).toEqual({ generation: 2, definition: 2 });
  });

  it("finishes a build that was begun under the definition before", async () => {
    const side = filled();
    await startRebuild(side.start(), diary);
    await side.drain(side.start(undefined, withRenamed));
    expectBuilt(side, diary, 2);
    expect((await liveOf(side, diary))?.live).toEqual({ generation: 2, definition: 1 });
  });

  it("is not filled by code that does not know its definition", async () => {
    const side = filled();
    await startRebuild(side.start(undefined, withRenamed), renamed);
    await expect(side.drain()).rejects.toThrow("View diary is being built by definition 2");
    expect(heldBy(side.memory, diary, 2).rows).toEqual([]);
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
    expect((await liveOf(side, diary))?.retired).toEqual([{ generation: 1, definition: 1, until }]);
  });
});
