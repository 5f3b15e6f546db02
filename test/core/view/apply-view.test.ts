import { beforeEach, describe, expect, test } from "vitest";
import { applyView, groupByStream, streamsAtOnce } from "../../../lib/core/view/apply-view.ts";
import { createClock, createDice } from "../../clock.ts";
import { Event } from "../../jar.ts";
import { createJarLog, type JarLog } from "../../jar-log.ts";
import { createMemoryViews, type Hook, type MemoryViews } from "../../memory-views.ts";
import { diary, jars, jarViews, ranking, unbearable } from "../../sample-views.ts";
import { expectBuilt } from "../../view-oracle.ts";

let log: JarLog;
let memory: MemoryViews;

beforeEach(() => {
  log = createJarLog();
  memory = createMemoryViews();
});

const portsWith = (hook: Hook = () => {}) => ({
  ...createClock(),
  random: createDice(),
  store: log.store,
  tables: memory.process({ hook }).tables,
});

describe("commits by stream", () => {
  test("stand in the order of their versions, each once", async () => {
    const [one, two, three] = await log.fill("a", 3);
    const [other] = await log.fill("b", 1);
    if (!one || !two || !three || !other) throw new Error("There are no commits.");
    const groups = groupByStream([three, other, one, three, two, one]);
    expect(groups).toEqual(
      new Map([
        ["jar-a", [one, two, three]],
        ["jar-b", [other]],
      ]),
    );
  });
});

describe("a view of any kind", () => {
  test.each(jarViews)(
    "equals the fold of the log after repeats, disorder and gaps: $name",
    async (view) => {
      for (let id = 0; id < 5; id++) await log.fill(String(id), 2 + id, 2, `user${id % 2}`);
      const dice = createDice(11);
      const build = { view, generation: 1 };
      for (let batch = 0; batch < 30; batch++) {
        const told = log.commits.filter(() => dice() < 0.3).sort(() => dice() - 0.5);
        expect(await applyView(portsWith(), build, groupByStream([...told, ...told]))).toEqual(
          new Map(),
        );
      }
      const all = new Map([0, 1, 2, 3, 4].map((id) => [`jar-${id}`, []]));
      expect(await applyView(portsWith(), build, all)).toEqual(new Map());
      expectBuilt({ memory, log: () => log.commits }, view, 1);
    },
  );

  test.each(jarViews)("fills the generation that it is told to: $name", async (view) => {
    await log.fill("a", 3);
    await applyView(portsWith(), { view, generation: 5 }, groupByStream(log.commits));
    expectBuilt({ memory, log: () => [] }, view, 1);
    expectBuilt({ memory, log: () => log.commits }, view, 5);
  });

  test("takes in every stream but those that fail", async () => {
    for (const id of ["a", "bad", "c"]) await log.fill(id, 1);
    await log.add("bad", [Event.Shaken({ noise: unbearable })]);
    const failures = await applyView(
      portsWith(),
      { view: diary, generation: 1 },
      groupByStream(log.commits),
    );
    expect([...failures.keys()]).toEqual(["jar-bad"]);
    const good = log.commits.filter(({ stream }) => stream !== "jar-bad");
    expectBuilt({ memory, log: () => good }, diary, 1);
  });

  test("costs one write for a hundred events of one document, and one read at most", async () => {
    const commits = await log.fill("hot", 50, 2);
    await applyView(portsWith(), { view: jars, generation: 1 }, groupByStream(commits));
    expect(Object.fromEntries(memory.calls)).toEqual({ "documents.get": 1, "documents.put": 1 });
    expectBuilt({ memory, log: () => commits }, jars, 1);
  });

  test("costs one transaction for many streams of one tally", async () => {
    for (let id = 0; id < 30; id++) await log.fill(String(id), 2);
    const build = { view: ranking, generation: 1 };
    await applyView(portsWith(), build, groupByStream(log.commits));
    expect(memory.calls.get("tally.add")).toBe(1);
  });

  test("works on many streams at the same time, and not on more", async () => {
    for (let id = 0; id < 40; id++) await log.fill(String(id), 1);
    let now = 0;
    let most = 0;
    const hook: Hook = async (name, moment) => {
      if (name !== "ledger.put") return;
      now += moment === "before" ? 1 : -1;
      most = Math.max(most, now);
      await new Promise(setImmediate);
    };
    await applyView(portsWith(hook), { view: diary, generation: 1 }, groupByStream(log.commits));
    expect(most).toBe(streamsAtOnce);
  });
});
