import { beforeEach, describe, expect, test } from "vitest";
import { contentionBounds } from "../../../lib/core/command/contention.ts";
import { attemptBounds } from "../../../lib/core/command/execute.ts";
import type { TailOptions } from "../../../lib/core/log/event-store.ts";
import { defaultSnapshotPolicy, type SnapshotPolicy } from "../../../lib/core/log/snapshot.ts";
import type { FakeClock } from "../../clock.ts";
import { type CommandProcess, createCommandProcess, refusalOf } from "../../command-process.ts";
import { Command } from "../../jar.ts";
import { jarHistory, snapshotEvery } from "../../jar-history.ts";
import {
  type AppendFault,
  createMemoryEventStore,
  type MemoryEventStore,
} from "../../memory-event-store.ts";

let process: CommandProcess & { store: MemoryEventStore; clock: FakeClock };
const put = Command.Put({ handfuls: [1] });
const rival = () => createCommandProcess({ store: process.store, clock: process.clock });
const rivalPuts = () => rival().send("1", put);
const rivalPutsAsEve = () => rival().send("1", put, { by: "eve", admin: true });
const versions = () => process.store.commits("jar-1").map(({ version }) => version);
const asked = () =>
  process.store.calls.splice(0).map(({ call, consistent }) => `${call}${consistent ? "!" : ""}`);

beforeEach(async () => {
  process = createCommandProcess();
  await process.send("1", Command.Make({ coins: 5 }));
  asked();
});

describe("a conflict", () => {
  test("is resolved from the commit that came back: no read, one more write", async () => {
    await rivalPuts();
    asked();
    expect(await process.send("1", put)).toMatchObject({ streams: [{ version: 3 }] });
    expect(asked()).toEqual(["append!", "append!"]);
  });

  test("is decided again on what has happened: no money is spent twice", async () => {
    await rival().send("1", Command.Take({ coins: 3 }));
    const refusal = await refusalOf(process.send("1", Command.Take({ coins: 3 })));
    expect(refusal.message).toBe("There are 2 coins.");
    expect(versions()).toEqual([1, 2]);
  });

  test("that leads to a refusal is confirmed by a strong read, which may overrule it", async () => {
    await rival().send("1", Command.Take({ coins: 3 }));
    asked();
    await refusalOf(process.send("1", Command.Take({ coins: 3 })));
    expect(asked()).toEqual(["append!", "range!"]);
    await rival().send("1", Command.Take({ coins: 2 }));
    await rival().send("1", Command.Put({ handfuls: [3] }));
    process.clock.advance(61_000);
    const answer = await process.send("1", Command.Take({ coins: 2 }));
    expect(answer).toMatchObject({ streams: [{ version: 5 }] });
  });

  test("that follows another is resolved by reading to the head", async () => {
    for (let count = 0; count < 3; count++) await rivalPuts();
    asked();
    expect(await process.send("1", put)).toMatchObject({ streams: [{ version: 5 }] });
    expect(asked()).toEqual(["append!", "append!", "range!", "append!"]);
  });

  test("waits before the third attempt and after, never long", async () => {
    process.store.rivals.push(...Array.from({ length: 12 }, () => rivalPuts));
    await process.send("1", put);
    expect(process.clock.slept).toHaveLength(11);
    expect(Math.max(...process.clock.slept)).toBeLessThanOrEqual(contentionBounds.delayMaxMs);
    expect(versions()).toEqual(Array.from({ length: 14 }, (_, index) => index + 1));
  });

  test("that the store does not explain is resolved by a strong read", async () => {
    process.store.faults.push("conflict-untold");
    expect(await process.send("1", put)).toMatchObject({ streams: [{ version: 2 }] });
    expect(asked()).toEqual(["append!", "range!", "append!"]);
  });

  test("makes the stream be read first for the next minute", async () => {
    await rivalPuts();
    await process.send("1", put);
    asked();
    await process.send("1", put);
    expect(asked()).toEqual(["range!", "append!"]);
    await refusalOf(process.send("1", Command.Take({ coins: 99 })));
    expect(asked()).toEqual(["range!"]);
    process.clock.advance(61_000);
    await process.send("1", put);
    expect(asked()).toEqual(["append!"]);
  });

  test("does so too when the store did not explain it", async () => {
    process.store.faults.push("conflict-untold");
    await process.send("1", put);
    asked();
    await process.send("1", put);
    expect(asked()).toEqual(["range!", "append!"]);
  });

  test("makes the next command hold back before it reads", async () => {
    process.store.rivals.push(...Array.from({ length: 4 }, () => rivalPuts));
    await process.send("1", put);
    process.clock.slept.length = 0;
    await process.send("1", put);
    expect(process.clock.slept).toHaveLength(1);
    process.clock.advance(30_000);
    await process.send("1", put);
    expect(process.clock.slept).toHaveLength(1);
  });

  test("makes a forgotten stream be loaded strongly, with one query", async () => {
    const other = createCommandProcess({ store: process.store, clock: process.clock });
    other.ports.contention.met("jar-1", process.clock.now(), 1);
    await other.send("1", put);
    expect(asked()).toEqual(["tail!", "append!"]);
    await refusalOf(
      (async () => {
        const third = createCommandProcess({ store: process.store, clock: process.clock });
        third.ports.contention.met("jar-1", process.clock.now(), 1);
        return third.send("1", Command.Take({ coins: 99 }));
      })(),
    );
    expect(asked()).toEqual(["tail!"]);
  });
});

describe("contention that does not end", () => {
  test("is given up within the bounds, and can be tried again", async () => {
    const { store, clock } = process;
    const hasty = createCommandProcess({ store, clock, random: () => 0 });
    process.store.rivals.push(...Array.from({ length: 100 }, () => rivalPuts));
    const refusal = await refusalOf(hasty.send("1", put));
    expect(refusal).toMatchObject({
      kind: "conflict",
      message: "Too many writers on jar-1.",
      facts: { retryAfter: 1 },
    });
    expect(100 - process.store.rivals.length).toBe(attemptBounds.attemptsMax);
  });

  test("is given up when the time is over", async () => {
    const slowly = async () => {
      process.clock.advance(1000);
      await rivalPuts();
    };
    process.store.rivals.push(...Array.from({ length: 100 }, () => slowly));
    expect(await refusalOf(process.send("1", put))).toMatchObject({ kind: "conflict" });
    expect(100 - process.store.rivals.length).toBe(3);
  });

  test("is not what a slow first read is: there is always one attempt", async () => {
    const slow = createCommandProcess({
      store: {
        ...process.store,
        tail: async (...args) => {
          process.clock.advance(10_000);
          return process.store.tail(...args);
        },
      },
      clock: process.clock,
    });
    expect(await slow.send("1", put)).toMatchObject({ streams: [{ version: 2 }] });
  });
});

describe("a lost answer", () => {
  test.each(["lost-before", "lost-after", "lost-late"] as const)(
    "(%s) leads to one commit and one answer",
    async (fault) => {
      process.store.faults.push(fault);
      expect(await process.send("1", put)).toEqual({
        streams: [
          {
            stream: "jar-1",
            version: 2,
            created: false,
            events: [{ type: "CoinsPut", version: 2 }],
          },
        ],
      });
      expect(versions()).toEqual([1, 2]);
    },
  );

  test("of a write that happened is found out by one strong read", async () => {
    process.store.faults.push("lost-after");
    await process.send("1", put);
    expect(asked()).toEqual(["append!", "range!"]);
  });

  test("is remembered as what it was: the next command needs no read", async () => {
    process.store.faults.push("lost-after");
    await process.send("1", put);
    asked();
    await process.send("1", put);
    expect(asked()).toEqual(["append!"]);
  });

  test("is recognised though others have written since", async () => {
    process.store.faults.push("lost-after");
    const after = process.store.range;
    const late = createCommandProcess({
      clock: process.clock,
      store: {
        ...process.store,
        range: async (...args) => {
          await rivalPuts();
          await rivalPuts();
          return after(...args);
        },
      },
    });
    const answer = await late.send("1", put);
    expect(answer).toMatchObject({ streams: [{ version: 2, events: [{ version: 2 }] }] });
    expect(versions()).toEqual([1, 2, 3, 4]);
  });

  test("is recognised in the commit that a conflict shows", async () => {
    const append = process.store.append;
    const repeating = createCommandProcess({
      clock: process.clock,
      store: {
        ...process.store,
        append: async (...args) => {
          // As when the client repeats a put by itself, the first of which had arrived.
          await append(...args);
          return append(...args);
        },
      },
    });
    const answer = await repeating.send("1", put);
    expect(answer).toMatchObject({ streams: [{ version: 2, events: [{ version: 2 }] }] });
    expect(versions()).toEqual([1, 2]);
  });

  test("is success even when it took longer than the bounds", async () => {
    process.store.rivals.push(() => process.clock.advance(60_000));
    process.store.faults.push("lost-after");
    expect(await process.send("1", put)).toMatchObject({ streams: [{ version: 2 }] });
  });

  test("that follows lost answers is not repeated for ever: it is unknown what happened", async () => {
    process.store.faults.push("lost-before", "lost-before", "lost-before", "lost-before");
    const refusal = await refusalOf(process.send("1", put));
    expect(refusal).toMatchObject({ kind: "unavailable", facts: { retryAfter: 1 } });
    expect(refusal.message).toContain("whether jar-1 changed is unknown");
    expect(refusal.cause).toMatchObject({ message: "The answer was lost (lost-before)." });
    expect(process.store.faults).toHaveLength(1);
  });

  test("is still unknown after conflicts that the store does not explain", async () => {
    const untold = Array.from({ length: 40 }, (): AppendFault => "conflict-untold");
    process.store.faults.push("lost-before", ...untold);
    expect(await refusalOf(process.send("1", put))).toMatchObject({ kind: "unavailable" });
  });

  test("is settled once another commit has taken its place", async () => {
    process.store.faults.push("lost-before");
    process.store.rivals.push(...Array.from({ length: 100 }, () => rivalPuts));
    expect(await refusalOf(process.send("1", put))).toMatchObject({ kind: "conflict" });
  });
});

describe("every mixture of rivals and faults", () => {
  const faults = ["none", "lost-before", "lost-after", "lost-late", "conflict-untold"] as const;
  const pairs = faults.flatMap((first) => faults.map((second) => [first, second] as const));

  test.each(pairs)(
    "(%s, then %s) gives one commit for one acknowledged command",
    async (...two) => {
      for (const rivalsComeAt of [[], [0], [1], [0, 1], [0, 1, 2]]) {
        process = createCommandProcess();
        await process.send("1", Command.Make({ coins: 5 }));
        process.store.faults.push(...two);
        const quiet = () => {};
        process.store.rivals.push(
          ...[0, 1, 2].map((at) => (rivalsComeAt.includes(at) ? rivalPutsAsEve : quiet)),
        );
        const answer = await process.send("1", put);
        const own = process.store
          .commits("jar-1")
          .filter(({ actor }) => actor === "ann")
          .slice(1);
        expect(own).toHaveLength(1);
        expect(answer).toMatchObject({ streams: [{ version: own[0]?.version }] });
      }
    },
  );
});

describe("a stream that has to be loaded", () => {
  const loadedBy = async (snapshots: SnapshotPolicy) => {
    const store = createMemoryEventStore();
    const limits: number[] = [];
    const counting = {
      ...store,
      tail: (stream: string, options: TailOptions) => {
        limits.push(options.limit);
        return store.tail(stream, options);
      },
    };
    const { send, clock } = createCommandProcess({ store: counting, policy: snapshots });
    clock.advance(60 * 60_000);
    for (const id of ["1", "2", "3"]) {
      const { stream, commits } = jarHistory(id, [1, 1, 1, 1, 1, 1, 1], { policy: snapshots });
      store.plant(stream, commits);
      expect(await send(id, put)).toMatchObject({ streams: [{ version: 8 }] });
    }
    return { limits, calls: store.calls.filter(({ call }) => call !== "append") };
  };

  test("is read by its last commit, where commits carry their snapshots", async () => {
    const { limits, calls } = await loadedBy(defaultSnapshotPolicy);
    expect(limits).toEqual([1, 1, 1]);
    expect(calls).toHaveLength(3);
  });

  test("is read by a few, once the process has seen a commit without a snapshot", async () => {
    const { limits, calls } = await loadedBy(snapshotEvery(5));
    expect(limits).toEqual([1, 4, 4]);
    // The first took a second query; four commits reach back to the snapshot after the fifth.
    expect(calls).toHaveLength(4);
  });
});
