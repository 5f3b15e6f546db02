import { applyPatch } from "diff";
import { beforeEach, describe, expect, test } from "vitest";
import { mayCommand, mayRead } from "../../../lib/core/domain/access.ts";
import { subjectOf } from "../../../lib/core/domain/domain.ts";
import { load } from "../../../lib/core/log/load.ts";
import { stateAt } from "../../../lib/core/log/time-travel.ts";
import { showDocument } from "../../../lib/core/view/document-view.ts";
import { Command, Event } from "../../../lib/domains/document/document.ts";
import documents from "../../../lib/domains/document/index.ts";
import { createCommandProcess, refusalOf } from "../../command-process.ts";

const callerNamed = (sub: string) => ({ sub, admin: false, auditor: false });

let process: ReturnType<typeof createCommandProcess>;
const loaded = () => load(documents, process.store, "document-d", { consistent: true });
const revertTo = (to: number, by = "ann") => {
  const { revert } = documents.routes;
  if (!revert || typeof revert === "string") throw new Error("A revert names an earlier version.");
  return process.sendSteps(revert.steps("d", { to }), { by });
};

beforeEach(async () => {
  process = createCommandProcess({ domain: documents });
  await process.send("d", Command.Create({ title: "Plan", body: "one\n" }));
  await process.send("d", Command.Edit({ body: "one\ntwo\n", message: "More" }));
  await process.send("d", Command.Rename({ title: "Map" }));
});

describe("a revert", () => {
  test("is decided on what the document was", async () => {
    expect(await revertTo(1)).toMatchObject({
      streams: [{ version: 4, events: [{ type: "DocumentReverted", version: 4 }] }],
    });
    expect((await loaded()).state).toMatchObject({ title: "Plan", body: "one\n" });
  });

  test("is possible to what was there before another revert", async () => {
    await revertTo(1);
    await revertTo(3);
    expect((await loaded()).state).toMatchObject({ title: "Map", body: "one\ntwo\n" });
  });

  test("repeated changes nothing", async () => {
    await revertTo(1);
    expect(await revertTo(1)).toMatchObject({ streams: [{ version: 4, events: [] }] });
  });

  test.each([4, 1_000])("refuses version %i of three", async (to) => {
    expect(await refusalOf(revertTo(to))).toMatchObject({ facts: { code: "version-unknown" } });
  });

  test("is the author's", async () => {
    expect(await refusalOf(revertTo(1, "ben"))).toMatchObject({ kind: "forbidden" });
  });
});

describe("who may what with a document", () => {
  test.each(["Create", "Edit", "Rename", "Revert"])("%s: its author, no stranger", async (type) => {
    const subject = subjectOf(documents, (await loaded()).state);
    const roles = documents.allow[type] ?? [];
    expect(mayCommand(roles, callerNamed("ann"), subject)).toBe(true);
    expect(mayCommand(roles, callerNamed("ben"), subject)).toBe(false);
  });

  test("read: its author, no stranger", async () => {
    const subject = subjectOf(documents, (await loaded()).state);
    expect(mayRead(documents.readers, callerNamed("ann"), subject)).toBe(true);
    expect(mayRead(documents.readers, callerNamed("ben"), subject)).toBe(false);
  });
});

describe("the document itself", () => {
  test("shows title and body, whose it is, and since when", async () => {
    expect(showDocument(documents, "d", await loaded())).toEqual({
      id: "d",
      version: 3,
      author: "ann",
      title: "Map",
      body: "one\ntwo\n",
      createdAt: expect.any(String),
      updatedAt: expect.any(String),
    });
  });

  test("can be checked out at every version", async () => {
    await revertTo(1);
    const at = async (version: number) =>
      (await stateAt(documents, process.store, "document-d", version))?.state;
    expect(await at(1)).toMatchObject({ title: "Plan", body: "one\n" });
    expect(await at(2)).toMatchObject({ title: "Plan", body: "one\ntwo\n" });
    expect(await at(3)).toMatchObject({ title: "Map", body: "one\ntwo\n" });
    expect(await at(4)).toMatchObject({ title: "Plan", body: "one\n" });
    expect(await at(5)).toBeUndefined();
  });
});

describe("the log of a document", () => {
  test("tells what an edit was about, and no bodies", () => {
    const shown = documents.logs?.log?.show;
    const delta = { body: "two\n" };
    expect(shown?.(Event.DocumentEdited({ delta, message: "More" }))).toEqual({ message: "More" });
    expect(shown?.(Event.DocumentEdited({ delta, message: undefined }))).toEqual({});
    expect(shown?.(Event.DocumentCreated({ author: "ann", title: "x", body: "y" }))).toEqual({});
  });
});

describe("the diff of two versions", () => {
  const diff = (from: unknown, to: unknown): string =>
    Object(documents.comparisons?.diff?.compare(from, to)).diff;

  test("applied to the first gives the second", async () => {
    const at = async (version: number) =>
      Object((await stateAt(documents, process.store, "document-d", version))?.state);
    const [first, second] = [await at(1), await at(2)];
    expect(applyPatch(first.body, diff(first, second))).toBe(second.body);
    expect(applyPatch(second.body, diff(second, first))).toBe(first.body);
  });
});
