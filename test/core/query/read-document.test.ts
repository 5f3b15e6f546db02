import { beforeEach, describe, expect, test } from "vitest";
import type { Caller } from "../../../lib/core/domain/access.ts";
import type { Message } from "../../../lib/core/domain/message.ts";
import { readDocument, readHead, readPast } from "../../../lib/core/query/read-document.ts";
import { applyDocument } from "../../../lib/core/view/apply-document.ts";
import { documentView } from "../../../lib/core/view/document-view.ts";
import { type CommandProcess, createCommandProcess, refusalOf } from "../../command-process.ts";
import { Command, jar } from "../../jar.ts";
import { createMemoryDocumentRows, type MemoryDocumentRows } from "../../memory-document-rows.ts";
import type { MemoryEventStore } from "../../memory-event-store.ts";

const view = documentView(jar);
const callerNamed = (sub: string, groups: Partial<Caller> = {}): Caller => ({
  sub,
  admin: false,
  auditor: false,
  ...groups,
});
const ann = callerNamed("ann");
const ben = callerNamed("ben");
const stream = "jar-1";
const none = new Map<string, number>();
const token = (version: number, of = stream) => new Map([[of, version]]);

let process: CommandProcess & { store: MemoryEventStore };
let rows: MemoryDocumentRows;
const ports = () => ({ store: process.store, rowsOf: () => rows });
const send = (command: Message) => process.send("1", command);
const project = () => applyDocument(view, rows, process.store, stream, []);

/** A jar of 5 coins at version 2, of which the row knows version 1. */
beforeEach(async () => {
  process = createCommandProcess();
  rows = createMemoryDocumentRows();
  await send(Command.Make({ coins: 4 }));
  await project();
  await send(Command.Put({ handfuls: [1] }));
  process.store.calls.length = 0;
});

describe("the document now", () => {
  const read = (caller = ann, seen: ReadonlyMap<string, number> = none, of = stream) =>
    readDocument(ports(), view, of, caller, seen);

  test("is what its row shows, without a look at the log", async () => {
    expect(await read()).toMatchObject({ version: 1, state: { coins: 4 } });
    expect(process.store.calls).toEqual([]);
  });

  test("is never older than what the reader has seen", async () => {
    expect(await read(ann, token(2))).toMatchObject({ version: 2, state: { coins: 5 } });
    expect(process.store.calls).toEqual([{ call: "range", consistent: true }]);
  });

  test("is found by who has just written it, before it has a row", async () => {
    await process.send("2", Command.Make({ coins: 9 }));
    const seen = token(1, "jar-2");
    expect(await read(ann, seen, "jar-2")).toMatchObject({ version: 1, state: { coins: 9 } });
  });

  test("does not care about tokens of other streams", async () => {
    expect(await read(ann, token(99, "jar-2"))).toMatchObject({ version: 1 });
  });

  test("is refused when the token names a version that does not exist", async () => {
    const refusal = await refusalOf(read(ann, token(3)));
    expect(refusal).toMatchObject({ kind: "bad-input" });
    expect(refusal.message).toContain("names version 3 of jar-1, which is at 2");
  });

  test("does not exist before its first event", async () => {
    expect(await refusalOf(read(ann, none, "jar-9"))).toMatchObject({ kind: "not-found" });
  });

  test("is not shown to strangers, whatever token they send", async () => {
    for (const seen of [none, token(1), token(2), token(99)])
      expect(await refusalOf(read(ben, seen))).toMatchObject({
        kind: "forbidden",
        message: "jar-1 is not yours.",
      });
  });

  test("is shown to its parties, admins and auditors", async () => {
    await send(Command.Lend({ keeper: "ben" }));
    await project();
    const readers = [ben, callerNamed("x", { admin: true }), callerNamed("y", { auditor: true })];
    for (const reader of readers) expect(await read(reader)).toMatchObject({ version: 3 });
  });

  test("is not shown any more to who gave it away and has seen that", async () => {
    await send(Command.Give({ to: "ben" }));
    expect(await refusalOf(read(ann, token(3)))).toMatchObject({ kind: "forbidden" });
    expect(await read(ben, token(3))).toMatchObject({ version: 3 });
  });
});

describe("the head of a stream", () => {
  test("is read strongly from the log, whatever the row shows", async () => {
    const head = await readHead(ports(), jar, stream, ann, none);
    expect(head).toMatchObject({ version: 2, state: { coins: 5 } });
    expect(process.store.calls).toEqual([{ call: "tail", consistent: true }]);
  });

  test("is refused to strangers, and when the token is ahead of it", async () => {
    const read = (caller: Caller, seen = none) => readHead(ports(), jar, stream, caller, seen);
    expect(await refusalOf(read(ben))).toMatchObject({ kind: "forbidden" });
    expect(await refusalOf(read(ben, token(9)))).toMatchObject({ kind: "forbidden" });
    expect(await refusalOf(read(ann, token(3)))).toMatchObject({ kind: "bad-input" });
  });
});

describe("the document as it was", () => {
  const past = (moment: Parameters<typeof readPast>[5], caller = ann) =>
    readPast(ports(), jar, stream, caller, none, moment);

  test("is found by version", async () => {
    expect(await past({ version: 1 })).toMatchObject({ version: 1, state: { coins: 4 } });
    expect(await past({ version: 2 })).toMatchObject({ version: 2, state: { coins: 5 } });
  });

  test.each([3, 99])("does not exist at version %i, after its last", async (version) => {
    const refusal = await refusalOf(past({ version }));
    expect(refusal).toMatchObject({ kind: "not-found" });
    expect(refusal.message).toBe(`jar-1 has versions 1 to 2; ${version} is none.`);
  });

  test("is found by time, and does not exist before its first event", async () => {
    const time = new Date(process.ports.now()).toISOString();
    expect(await past({ time })).toMatchObject({ version: 2 });
    const before = new Date(process.ports.now() - 1).toISOString();
    expect(await refusalOf(past({ time: before }))).toMatchObject({ kind: "not-found" });
  });

  test("is shown to who may read it now, not to who could then", async () => {
    await send(Command.Give({ to: "ben" }));
    expect(await refusalOf(past({ version: 1 }))).toMatchObject({ kind: "forbidden" });
    expect(await past({ version: 1 }, ben)).toMatchObject({ version: 1 });
  });
});
