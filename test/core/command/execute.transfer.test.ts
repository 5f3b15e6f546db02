import { beforeEach, describe, expect, test } from "vitest";
import { load } from "../../../lib/core/log/load.ts";
import type { FakeClock } from "../../clock.ts";
import { type CommandProcess, createCommandProcess, refusalOf } from "../../command-process.ts";
import { Command, jar, pour, restore } from "../../jar.ts";
import { createMemoryEventStore, type MemoryEventStore } from "../../memory-event-store.ts";

let process: CommandProcess & { store: MemoryEventStore; clock: FakeClock };
const transfer = (coins: number, sending = {}) => process.sendSteps(pour("1", "2", coins), sending);
const rival = () => createCommandProcess({ store: process.store, clock: process.clock });
const coinsIn = async (id: string): Promise<unknown> => {
  const { state } = await load(jar, process.store, `jar-${id}`, { consistent: true });
  return Object(state).coins;
};
const sums = async () => [await coinsIn("1"), await coinsIn("2")];
const asked = () =>
  process.store.calls.splice(0).map(({ call, consistent }) => `${call}${consistent ? "!" : ""}`);

beforeEach(async () => {
  process = createCommandProcess();
  await process.send("1", Command.Make({ coins: 5 }));
  await process.send("2", Command.Make({ coins: 0 }), { by: "ben" });
  asked();
});

describe("a command on two streams", () => {
  test("changes both in one write, and answers for both", async () => {
    expect(await transfer(3)).toEqual({
      streams: [
        { stream: "jar-1", version: 2, created: false, events: [{ type: "Poured", version: 2 }] },
        { stream: "jar-2", version: 2, created: false, events: [{ type: "Filled", version: 2 }] },
      ],
    });
    expect(asked()).toEqual(["append!"]);
    expect(await sums()).toEqual([2, 3]);
  });

  test("gives each its own commit, under one correlation", async () => {
    await transfer(3);
    const [sent, received] = [process.store.commits("jar-1")[1], process.store.commits("jar-2")[1]];
    expect([sent?.owner, received?.owner]).toEqual(["ann", "ben"]);
    expect([sent?.actor, received?.actor]).toEqual(["ann", "ann"]);
    expect(sent?.correlationId).toBe(received?.correlationId);
    expect(sent?.id).not.toEqual(received?.id);
  });

  test("changes neither when the first refuses, confirmed on both", async () => {
    expect(await refusalOf(transfer(6))).toMatchObject({ facts: { code: "too-few" } });
    expect(await sums()).toEqual([5, 0]);
  });

  test("changes neither when the second refuses", async () => {
    const nowhere = process.sendSteps(pour("1", "9", 3));
    expect(await refusalOf(nowhere)).toMatchObject({ facts: { code: "no-jar" } });
    expect(await sums()).toEqual([5, 0]);
  });

  test("asks each stream who may, and not only the caller's", async () => {
    const theft = process.sendSteps(pour("1", "2", 3), { by: "ben" });
    expect(await refusalOf(theft)).toMatchObject({ kind: "forbidden" });
    expect(await sums()).toEqual([5, 0]);
  });

  test("holds its If-Match against the first stream", async () => {
    await process.send("2", Command.Put({ handfuls: [1] }), { by: "ben" });
    expect(await transfer(1, { ifMatch: 1 })).toMatchObject({ streams: [{ version: 2 }, {}] });
    expect(await refusalOf(transfer(1, { ifMatch: 1 }))).toMatchObject({
      kind: "precondition-failed",
    });
  });

  test("loads both side by side, when it remembers neither", async () => {
    let waiting = 0;
    let most = 0;
    const between = async (): Promise<void> => {
      waiting += 1;
      most = Math.max(most, waiting);
      await new Promise((resolve) => setImmediate(resolve));
      waiting -= 1;
    };
    const store = createMemoryEventStore({ now: process.clock.now, between });
    for (const id of ["jar-1", "jar-2"]) store.plant(id, process.store.commits(id));
    const cold = createCommandProcess({ store, clock: process.clock });
    const { streams } = await cold.sendSteps(pour("1", "2", 3));
    expect(streams.map(({ stream }) => stream)).toEqual(["jar-1", "jar-2"]);
    expect(store.calls.map(({ call }) => call)).toEqual(["tail", "tail", "append"]);
    expect(most).toBe(2);
  });

  test("can be the first of a stream", async () => {
    const steps = [
      { id: "1", command: () => Command.Pour({ to: "3", coins: 2 }) },
      { id: "3", command: () => Command.Make({ coins: 2 }) },
    ];
    const { streams } = await process.sendSteps(steps);
    expect(streams.map(({ created }) => created)).toEqual([false, true]);
  });

  test("may leave one as it is: that one is confirmed, not written, and answered", async () => {
    const steps = [
      { id: "1", command: () => Command.Make({ coins: 5 }) },
      { id: "3", command: () => Command.Make({ coins: 2 }) },
    ];
    expect(await process.sendSteps(steps)).toMatchObject({
      streams: [
        { stream: "jar-1", version: 1, events: [] },
        { stream: "jar-3", version: 1, created: true },
      ],
    });
    expect(process.store.commits("jar-1")).toHaveLength(1);
  });

  test("may depend on what the step before decided", async () => {
    const steps = [
      { id: "1", command: () => Command.Empty({}) },
      {
        id: "2",
        command: ([taken]: readonly { readonly data: unknown }[]) =>
          Command.Fill({ from: "1", coins: Object(taken?.data).coins }),
      },
    ];
    await process.sendSteps(steps);
    expect(await sums()).toEqual([0, 5]);
  });
});

describe("a command that names an earlier version", () => {
  const inscribe = (text: string) => process.send("1", Command.Inscribe({ text }));
  const textNow = async () =>
    Object((await load(jar, process.store, "jar-1", { consistent: true })).state).text;

  beforeEach(async () => {
    await inscribe("first");
    await inscribe("second");
    asked();
  });

  test("is decided on the state at that version", async () => {
    await process.sendSteps(restore("1", 2));
    expect(await textNow()).toBe("first");
    await process.sendSteps(restore("1", 1));
    expect(await textNow()).toBe("");
  });

  test("is refused when the stream has no such version, after a strong look", async () => {
    expect(await refusalOf(process.sendSteps(restore("1", 9)))).toMatchObject({
      facts: { code: "no-such-version" },
    });
    expect(asked()).toContain("range!");
  });

  test("finds a version that another function has just written", async () => {
    await rival().send("1", Command.Inscribe({ text: "third" }));
    await rival().send("1", Command.Inscribe({ text: "fourth" }));
    await process.sendSteps(restore("1", 4));
    expect(await textNow()).toBe("third");
  });

  test("finds a version that is written while it looks again", async () => {
    const { range } = process.store;
    const racing = createCommandProcess({
      clock: process.clock,
      store: {
        ...process.store,
        range: async (...args) => {
          await rival().send("1", Command.Inscribe({ text: "third" }));
          return range(...args);
        },
      },
    });
    const answer = await racing.sendSteps(restore("1", 4));
    expect(answer).toMatchObject({ streams: [{ version: 5 }] });
  });

  test("keeps to that version through conflicts and lost answers", async () => {
    process.store.rivals.push(() => rival().send("1", Command.Inscribe({ text: "third" })));
    process.store.faults.push("none", "lost-late");
    await process.sendSteps(restore("1", 2));
    expect(await textNow()).toBe("first");
    expect(process.store.commits("jar-1")).toHaveLength(5);
  });
});

describe("a conflict on one of two streams", () => {
  test.each(["1", "2"])("(the one of jar %s) leads to both changing once", async (id) => {
    await rival().send(id, Command.Put({ handfuls: [1] }), { admin: true });
    asked();
    expect(await transfer(3)).toMatchObject({ streams: [{}, {}] });
    expect(await sums()).toEqual(id === "1" ? [3, 3] : [2, 4]);
    expect(asked()).toEqual(expect.arrayContaining(["append!", "append!"]));
  });

  test("is decided again for both: what is gone cannot be sent", async () => {
    await rival().send("1", Command.Take({ coins: 3 }));
    expect(await refusalOf(transfer(3))).toMatchObject({ facts: { code: "too-few" } });
    expect(await sums()).toEqual([2, 0]);
  });

  test.each(["lost-before", "lost-after", "lost-late", "conflict-untold"] as const)(
    "with a write that meets a fault (%s) leads to both changing once",
    async (fault) => {
      process.store.faults.push(fault);
      expect(await transfer(3)).toMatchObject({ streams: [{ version: 2 }, { version: 2 }] });
      expect(await sums()).toEqual([2, 3]);
    },
  );

  test.each(["1", "2"])("and a lost answer: no doubt is left by a write to jar %s", async (id) => {
    process.store.faults.push("lost-late");
    process.store.rivals.push(
      () => {},
      () => rival().send(id, Command.Put({ handfuls: [1] }), { admin: true }),
    );
    await transfer(3);
    const [first, second] = await sums();
    expect(Number(first) + Number(second)).toBe(6);
    expect(await coinsIn(id === "1" ? "2" : "1")).toBe(id === "1" ? 3 : 2);
  });
});
