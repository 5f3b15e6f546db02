import { beforeEach, describe, expect, test } from "vitest";
import { chainStart } from "../../../lib/core/log/integrity.ts";
import { verifyStream } from "../../../lib/core/log/verify-stream.ts";
import type { FakeClock } from "../../clock.ts";
import { type CommandProcess, createCommandProcess, refusalOf } from "../../command-process.ts";
import { Command } from "../../jar.ts";
import type { MemoryEventStore } from "../../memory-event-store.ts";

let process: CommandProcess & { store: MemoryEventStore; clock: FakeClock };
const make = (coins = 5) => process.send("1", Command.Make({ coins }));
const put = (...handfuls: number[]) => process.send("1", Command.Put({ handfuls }));
const take = (coins: number) => process.send("1", Command.Take({ coins }));

/** What the store was asked for since the last look. */
const asked = () =>
  process.store.calls.splice(0).map(({ call, consistent }) => `${call}${consistent ? "!" : ""}`);
/** Another function, which remembers nothing. */
const cold = () => createCommandProcess({ store: process.store, clock: process.clock });

beforeEach(() => {
  process = createCommandProcess();
});

describe("an accepted command", () => {
  test("is one commit, and answers with its events", async () => {
    expect(await make()).toEqual({
      streams: [
        { stream: "jar-1", version: 1, created: true, events: [{ type: "Made", version: 1 }] },
      ],
    });
    expect(await put(1, 2, 3)).toEqual({
      streams: [
        {
          stream: "jar-1",
          version: 4,
          created: false,
          events: [2, 3, 4].map((version) => ({ type: "CoinsPut", version })),
        },
      ],
    });
    expect(process.store.commits("jar-1").map(({ version }) => version)).toEqual([1, 2]);
  });

  test("tells in its commit who and why", async () => {
    await make();
    expect(process.store.commits("jar-1")[0]).toMatchObject({
      actor: "ann",
      owner: "ann",
      people: ["ann"],
      correlationId: "correlation",
      causationId: "causation",
      time: "2026-11-01T12:00:00.000Z",
    });
  });

  test("takes a loose query and a write when the function is cold", async () => {
    await make();
    asked();
    await cold().send("1", Command.Put({ handfuls: [1] }));
    expect(asked()).toEqual(["tail", "append!"]);
  });

  test("takes the write alone when the function is warm", async () => {
    await make();
    asked();
    for (let count = 0; count < 5; count++) await put(1);
    expect(asked()).toEqual(Array.from({ length: 5 }, () => "append!"));
  });

  test("never goes back in time, though clocks differ", async () => {
    await make();
    process.clock.advance(-900);
    await put(1);
    const [first, second] = process.store.commits("jar-1");
    expect(second?.time).toBe(first?.time);
  });

  test("extends a chain that verifies", async () => {
    await make();
    for (let count = 0; count < 10; count++) await put(1, 2);
    expect(await verifyStream(process.store, "jar-1", chainStart)).toMatchObject({ version: 21 });
  });
});

describe("a refused command", () => {
  beforeEach(async () => {
    await make();
    asked();
  });

  test("leaves no trace, and tells why", async () => {
    const refusal = await refusalOf(take(6));
    expect(refusal).toMatchObject({
      kind: "rejected",
      facts: { code: "too-few" },
      message: "There are 5 coins.",
    });
    expect(process.store.commits("jar-1")).toHaveLength(1);
  });

  test("has a sentence even when the domain gives none", async () => {
    const refusal = await refusalOf(process.send("1", Command.Pour({ to: "2", coins: 9 })));
    expect(refusal.message).toBe("jar-1: too few.");
  });

  test("is confirmed by one strong read when it was decided from memory", async () => {
    await refusalOf(take(6));
    expect(asked()).toEqual(["range!"]);
  });

  test("is confirmed by one strong read when it was decided on a loose one", async () => {
    await refusalOf(cold().send("1", Command.Take({ coins: 6 })));
    expect(asked()).toEqual(["tail", "range!"]);
  });

  test("is accepted after all when the memory was stale", async () => {
    await cold().send("1", Command.Put({ handfuls: [1] }));
    asked();
    expect(await take(6)).toMatchObject({ streams: [{ version: 3 }] });
    expect(asked()).toEqual(["range!", "append!"]);
  });

  test("is accepted after all when a loose read was stale", async () => {
    let lag = 0;
    const { createMemoryEventStore } = await import("../../memory-event-store.ts");
    const store = createMemoryEventStore({ lag: () => lag });
    const first = createCommandProcess({ store });
    await first.send("1", Command.Make({ coins: 5 }));
    await first.send("1", Command.Put({ handfuls: [1] }));
    lag = 1;
    const second = createCommandProcess({ store });
    const answer = await second.send("1", Command.Take({ coins: 6 }));
    expect(answer).toMatchObject({ streams: [{ version: 3 }] });
  });

  test("is refused for what is true now, not for what was remembered", async () => {
    await cold().send("1", Command.Empty({}));
    expect(await refusalOf(take(6))).toMatchObject({ message: "There are 0 coins." });
  });

  test("makes the state that was read for it known: the next write takes no read", async () => {
    await cold().send("1", Command.Put({ handfuls: [1] }));
    await refusalOf(take(7));
    asked();
    await take(6);
    expect(asked()).toEqual(["append!"]);
  });
});

describe("a safe repeat", () => {
  test("changes nothing, answers where the stream is, and is confirmed by a strong read", async () => {
    await make();
    await put(1);
    asked();
    expect(await make()).toEqual({
      streams: [{ stream: "jar-1", version: 2, created: false, events: [] }],
    });
    expect(asked()).toEqual(["range!"]);
  });

  test("is not believed from a stale memory", async () => {
    await make(0);
    await cold().send("1", Command.Put({ handfuls: [3] }));
    const answer = await process.send("1", Command.Empty({}));
    expect(answer).toMatchObject({ streams: [{ version: 3, events: [{ type: "CoinsTaken" }] }] });
  });

  test("of a stream that does not exist is decided by the domain", async () => {
    expect(await refusalOf(take(1))).toMatchObject({ facts: { code: "no-jar" } });
    expect(asked()).toEqual(["tail", "range!"]);
  });
});

describe("a fault", () => {
  test("is thrown as it is, and is no refusal", async () => {
    await make();
    const broken = { type: "Take", data: undefined };
    await expect(process.send("1", broken)).rejects.toThrow(TypeError);
  });
});
