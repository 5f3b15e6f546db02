import { beforeEach, describe, expect, test } from "vitest";
import { idempotencyHours } from "../../../lib/core/command/idempotency.ts";
import { Personal } from "../../../lib/core/personal/personal.ts";
import type { FakeClock } from "../../clock.ts";
import {
  type CommandProcess,
  createCommandProcess,
  createFakeSealer,
  type FakeSealer,
  refusalOf,
} from "../../command-process.ts";
import { Command, pour } from "../../jar.ts";
import type { MemoryEventStore } from "../../memory-event-store.ts";

let process: CommandProcess & { store: MemoryEventStore; clock: FakeClock };
let sealer: FakeSealer;
const key = "key-1";
const put = Command.Put({ handfuls: [1] });
const empty = Command.Empty({});
const commits = (stream = "jar-1") => process.store.commits(stream).length;
const asked = () =>
  process.store.calls.splice(0).map(({ call, consistent }) => `${call}${consistent ? "!" : ""}`);
/** The process that a retry meets is rarely the one that the first request met. */
const other = () => createCommandProcess({ store: process.store, clock: process.clock, sealer });

beforeEach(async () => {
  sealer = createFakeSealer();
  process = createCommandProcess({ sealer });
  await process.send("1", Command.Make({ coins: 5 }));
  asked();
});

describe("the same request under the same key", () => {
  test("gets the first answer again, and is carried out once", async () => {
    const first = await process.send("1", put, { key });
    await process.send("1", put);
    for (const warm of [process, other()])
      expect(await warm.send("1", put, { key })).toEqual(first);
    expect(commits()).toBe(3);
  });

  test("costs no look-up when it is new", async () => {
    await process.send("1", put, { key });
    expect(asked()).toEqual(["append!"]);
  });

  test("gets its first answer though it would be refused now: a retried withdrawal of everything", async () => {
    const all = Command.Take({ coins: 5 });
    const first = await process.send("1", all, { key });
    expect(await refusalOf(process.send("1", all))).toMatchObject({ kind: "rejected" });
    for (const warm of [process, other()])
      expect(await warm.send("1", all, { key })).toEqual(first);
  });

  test("gets its first answer though it would decide nothing now", async () => {
    const first = await process.send("1", empty, { key });
    expect(first).toMatchObject({ streams: [{ events: [{ type: "CoinsTaken" }] }] });
    expect(await other().send("1", empty, { key })).toEqual(first);
  });

  test("gets its first answer though it would decide something now", async () => {
    await process.send("1", empty);
    const first = await process.send("1", empty, { key });
    expect(first).toMatchObject({ streams: [{ version: 2, events: [] }] });
    await process.send("1", put);
    expect(await other().send("1", empty, { key })).toEqual(first);
    expect(commits()).toBe(3);
  });

  test("gets its first answer though its caller may not send it any more", async () => {
    const give = Command.Give({ to: "ben" });
    const first = await process.send("1", give, { key });
    expect(await refusalOf(process.send("1", give))).toMatchObject({ kind: "forbidden" });
    expect(await process.send("1", give, { key })).toEqual(first);
  });

  test("gets its first answer though its version has passed", async () => {
    const first = await process.send("1", put, { key, ifMatch: 1 });
    expect(await other().send("1", put, { key, ifMatch: 1 })).toEqual(first);
  });

  test("gets its first answer though its user was erased since", async () => {
    const label = Command.Label({ label: Personal.clear("Ann's") });
    const sending = { key, body: "label" };
    const first = await process.send("1", label, sending);
    sealer.erased.add("ann");
    expect(await refusalOf(process.send("1", label))).toMatchObject({ kind: "gone" });
    expect(await process.send("1", label, sending)).toEqual(first);
  });

  test("is carried out when it was refused the first time", async () => {
    const take = Command.Take({ coins: 6 });
    expect(await refusalOf(process.send("1", take, { key }))).toMatchObject({ kind: "rejected" });
    await process.send("1", put);
    expect(await process.send("1", take, { key })).toMatchObject({ streams: [{ version: 3 }] });
  });

  test("sent twice at once is carried out once, and both get one answer", async () => {
    const answers = await Promise.all(
      [process, other(), other()].map((each) => each.send("1", put, { key })),
    );
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(commits()).toBe(2);
  });

  test("is found in the way even when nothing else is", async () => {
    const first = await process.send("1", put, { key });
    asked();
    expect(await process.send("1", put, { key })).toEqual(first);
    expect(asked()).toEqual(["append!"]);
  });

  test("is carried out again once its record has expired", async () => {
    await process.send("1", put, { key });
    process.clock.advance(idempotencyHours * 3600_000 - 1000);
    await process.send("1", put, { key });
    expect(commits()).toBe(2);
    process.clock.advance(3000);
    await process.send("1", put, { key });
    expect(commits()).toBe(3);
  });
});

describe("another request under the same key", () => {
  const reused = { kind: "rejected", facts: { code: "idempotency-key-reused" } };

  test("is refused, whether it would be accepted, refused or nothing at all", async () => {
    await process.send("1", put, { key });
    for (const command of [
      Command.Put({ handfuls: [2] }),
      Command.Take({ coins: 99 }),
      Command.Make({ coins: 5 }),
    ])
      expect(await refusalOf(process.send("1", command, { key }))).toMatchObject(reused);
    expect(await refusalOf(process.send("2", put, { key }))).toMatchObject(reused);
    expect(commits()).toBe(2);
  });

  test("is refused after an empty decision too", async () => {
    await process.send("1", Command.Make({ coins: 5 }), { key });
    expect(await refusalOf(process.send("1", put, { key }))).toMatchObject(reused);
  });

  test("of another caller is their own", async () => {
    await process.send("1", put, { key });
    await process.send("1", put, { key, by: "eve", admin: true });
    expect(commits()).toBe(3);
  });
});

describe("a lost answer under a key", () => {
  test.each(["lost-before", "lost-after", "lost-late"] as const)(
    "(%s) leads to one commit, and a retry gets the same answer",
    async (fault) => {
      process.store.faults.push(fault);
      const first = await process.send("1", put, { key });
      expect(first).toMatchObject({ streams: [{ version: 2 }] });
      expect(await other().send("1", put, { key })).toEqual(first);
      expect(commits()).toBe(2);
    },
  );

  test("that could not be settled is settled by the retry", async () => {
    process.store.faults.push("lost-before", "lost-before", "lost-late");
    expect(await refusalOf(process.send("1", put, { key }))).toMatchObject({ kind: "unavailable" });
    const answer = await other().send("1", put, { key });
    expect(answer).toMatchObject({ streams: [{ version: 2 }] });
    expect(commits()).toBe(2);
  });
});

describe("several streams under a key", () => {
  beforeEach(() => process.send("2", Command.Make({ coins: 0 })));

  test.each(["none", "lost-before", "lost-after", "lost-late", "conflict-untold"] as const)(
    "are changed once, and the answer tells all of them (%s)",
    async (fault) => {
      process.store.faults.push(fault);
      const first = await process.sendSteps(pour("1", "2", 5), { key });
      expect(first).toMatchObject({ streams: [{ version: 2 }, { version: 2 }] });
      expect(await other().sendSteps(pour("1", "2", 5), { key })).toEqual(first);
      expect([commits("jar-1"), commits("jar-2")]).toEqual([2, 2]);
    },
  );
});
