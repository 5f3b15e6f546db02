import { beforeEach, describe, expect, test } from "vitest";
import type { Domain } from "../../../lib/core/domain/domain.ts";
import { Personal } from "../../../lib/core/personal/personal.ts";
import type { FakeClock } from "../../clock.ts";
import {
  type CommandProcess,
  createCommandProcess,
  createFakeSealer,
  type FakeSealer,
  refusalOf,
} from "../../command-process.ts";
import { Command, jar } from "../../jar.ts";
import type { MemoryEventStore } from "../../memory-event-store.ts";

let process: CommandProcess & { store: MemoryEventStore; clock: FakeClock };
let sealer: FakeSealer;
const put = Command.Put({ handfuls: [1] });
const label = Command.Label({ label: Personal.clear("Ann's") });

beforeEach(async () => {
  sealer = createFakeSealer();
  process = createCommandProcess({ sealer });
  await process.send("1", Command.Make({ coins: 5 }));
});
const cold = () => createCommandProcess({ store: process.store, clock: process.clock, sealer });
const commits = () => process.store.commits("jar-1").length;

describe("who may run a command", () => {
  test("is the owner, and not a stranger", async () => {
    expect(await refusalOf(process.send("1", put, { by: "ben" }))).toMatchObject({
      kind: "forbidden",
      message: "jar-1 is not yours.",
    });
    expect(commits()).toBe(1);
  });

  test("is a party whom the state names", async () => {
    await process.send("1", Command.Lend({ keeper: "ben" }));
    await process.send("1", put, { by: "ben" });
    const empty = process.send("1", Command.Empty({}), { by: "ben" });
    expect(await refusalOf(empty)).toMatchObject({ kind: "forbidden" });
  });

  test("is an admin, who does not become the owner", async () => {
    await process.send("1", put, { by: "eve", admin: true });
    expect(process.store.commits("jar-1").at(-1)).toMatchObject({ actor: "eve", owner: "ann" });
  });

  test("is asked before anything else is told of the stream", async () => {
    const sent = process.send("1", Command.Take({ coins: 99 }), { by: "ben", ifMatch: 7 });
    expect(await refusalOf(sent)).toMatchObject({ kind: "forbidden" });
  });

  test("is asked again of a strong read: a new owner is not refused from memory", async () => {
    await cold().send("1", Command.Give({ to: "ben" }));
    expect(await process.send("1", put, { by: "ben" })).toMatchObject({
      streams: [{ version: 3 }],
    });
  });

  test("is asked again after a conflict: the old owner does not slip through", async () => {
    await process.send("1", put);
    await cold().send("1", Command.Give({ to: "ben" }));
    expect(await refusalOf(process.send("1", put))).toMatchObject({ kind: "forbidden" });
    expect(process.store.commits("jar-1").map(({ owner }) => owner)).toEqual(["ann", "ann", "ben"]);
  });

  test("is nobody for a safe repeat that is not theirs", async () => {
    const again = process.send("1", Command.Make({ coins: 5 }), { by: "ben" });
    expect(await refusalOf(again)).toMatchObject({ kind: "forbidden" });
  });
});

describe("what a decision is told", () => {
  test("is the stream's id and version, who acts, and the time that the commit will have", async () => {
    const told: unknown[] = [];
    const decider: Domain["decider"] = {
      ...jar.decider,
      decide: (command, state, decision) => {
        told.push(decision);
        return jar.decider.decide(command, state, decision);
      },
    };
    const { store, clock } = process;
    const curious = createCommandProcess({ store, clock, domain: { ...jar, decider } });
    clock.advance(-500);
    await curious.send("1", put, { by: "eve", admin: true });
    const time = process.store.commits("jar-1").at(-1)?.time;
    expect(told).toEqual([{ id: "1", actor: "eve", time, version: 1, past: undefined }]);
  });
});

describe("If-Match", () => {
  test("lets a command through at that version only", async () => {
    expect(await process.send("1", put, { ifMatch: 1 })).toMatchObject({
      streams: [{ version: 2 }],
    });
    const refusal = await refusalOf(process.send("1", put, { ifMatch: 1 }));
    expect(refusal).toMatchObject({
      kind: "precondition-failed",
      message: "jar-1 is at version 2, not 1.",
    });
  });

  test("of version 0 means a stream that does not exist", async () => {
    await process.send("2", Command.Make({ coins: 1 }), { ifMatch: 0 });
    const again = process.send("2", Command.Make({ coins: 1 }), { ifMatch: 0 });
    expect(await refusalOf(again)).toMatchObject({ kind: "precondition-failed" });
  });

  test("holds for a safe repeat too", async () => {
    const again = process.send("1", Command.Make({ coins: 5 }), { ifMatch: 9 });
    expect(await refusalOf(again)).toMatchObject({ kind: "precondition-failed" });
  });

  test("is checked against what is there, not against what is remembered", async () => {
    await cold().send("1", put);
    expect(await process.send("1", put, { ifMatch: 2 })).toMatchObject({
      streams: [{ version: 3 }],
    });
    await cold().send("1", put);
    const sent = process.send("1", put, { ifMatch: 3 });
    expect(await refusalOf(sent)).toMatchObject({ kind: "precondition-failed" });
    expect(commits()).toBe(4);
  });

  test("is checked before the domain decides", async () => {
    const sent = process.send("1", Command.Take({ coins: 99 }), { ifMatch: 9 });
    expect(await refusalOf(sent)).toMatchObject({ kind: "precondition-failed" });
  });
});

describe("personal values", () => {
  test("are sealed for the owner before they are written", async () => {
    await process.send("1", label);
    expect(sealer.sealedFor).toEqual(["ann"]);
    const [, commit] = process.store.commits("jar-1");
    expect(commit?.events[0]?.data).toEqual({ label: expect.any(Uint8Array) });
    expect(commit?.snapshot?.state).toMatchObject({ label: expect.any(Uint8Array) });
  });

  test("may be somebody else's, whom the commit then concerns", async () => {
    await process.send("1", Command.parse("Letter", { for: "ben", text: "Dear Ben" }));
    expect(sealer.sealedFor).toEqual(["ben"]);
    expect(process.store.commits("jar-1")[1]?.people).toEqual(["ann", "ben"]);
  });

  test("that are sealed already need no key", async () => {
    await process.send("1", label);
    await process.send("1", put);
    expect(sealer.sealedFor).toEqual(["ann"]);
  });

  test("of a user who was erased are refused for good, and nothing is written", async () => {
    sealer.erased.add("ann");
    expect(await refusalOf(process.send("1", label))).toMatchObject({ kind: "gone" });
    expect(commits()).toBe(1);
    expect(await process.send("1", put)).toMatchObject({ streams: [{ version: 2 }] });
  });
});

describe("what cannot be written", () => {
  test("is a commit that is too large", async () => {
    const noise = "x".repeat(410_000);
    const refusal = await refusalOf(process.send("1", Command.Shake({ noise })));
    expect(refusal).toMatchObject({ kind: "too-large" });
    expect(commits()).toBe(1);
  });

  test("is ill-formed Unicode", async () => {
    const refusal = await refusalOf(process.send("1", Command.Shake({ noise: "\udfff" })));
    expect(refusal).toMatchObject({
      kind: "bad-input",
      facts: { errors: [{ field: "Shaken.noise", reason: "is not well-formed Unicode" }] },
    });
    expect(commits()).toBe(1);
  });

  test("is a commit more than a second ahead of the clock: to be tried again", async () => {
    process.clock.advance(-5_000);
    const refusal = await refusalOf(process.send("1", put));
    expect(refusal).toMatchObject({ kind: "unavailable", facts: { retryAfter: 4 } });
  });

  test("is anything while the clock is minutes off: a fault", async () => {
    process.clock.advance(-10 * 60_000);
    await expect(process.send("1", put)).rejects.toThrow("Clock skew");
  });
});
