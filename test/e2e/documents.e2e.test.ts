import { applyPatch } from "diff";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Host, startHost, type User } from "./host.ts";
import { cursorOf, itemsOf, type Reply, seen } from "./http.ts";
import { must } from "./town.ts";

let host: Host;
let ann: User;

beforeAll(async () => {
  host = await startHost();
  ann = await host.as("ann");
});
afterAll(() => host.stop());

const read = async (path: string): Promise<Readonly<Record<string, unknown>>> =>
  Object((await must(ann.get(path))).body);
const refusal = (code: string) => ({ status: 422, body: { status: 422, code } });

const bodies = ["one\n", "one\ntwo\n", "one\r\ntwo", "", "日本語\n😀\n-- not a diff\n"];

describe("a document", () => {
  beforeAll(async () => {
    await must(ann.post("/documents/d/create", { title: "Plan", body: bodies[0] }));
    for (const [index, body] of bodies.entries())
      if (index > 0) await must(ann.post("/documents/d/edit", { body, message: `Step ${index}` }));
    await must(ann.post("/documents/d/rename", { title: "Map" }));
  });

  test("is created with 201, and edited with one event a command", async () => {
    expect(await ann.post("/documents/new/create", { title: "x", body: "y" })).toMatchObject({
      status: 201,
      headers: { etag: '"1"', "consistency-token": "document-new@1" },
      body: { id: "new", version: 1, events: [{ type: "DocumentCreated", version: 1 }] },
    });
    expect(await ann.post("/documents/new/edit", { body: "z" })).toMatchObject({
      status: 200,
      body: { id: "new", version: 2, events: [{ type: "DocumentEdited", version: 2 }] },
    });
  });

  test("shows title and body, and when it was last changed", async () => {
    const token = { "consistency-token": "document-d@6" };
    const { body, headers } = await must(ann.get("/documents/d", token));
    const time = expect.stringMatching(/^\d{4}-.*Z$/);
    expect(headers.etag).toBe('"6"');
    expect(body).toEqual({
      id: "d",
      version: 6,
      author: "ann",
      title: "Map",
      body: bodies.at(-1),
      createdAt: time,
      updatedAt: time,
    });
  });

  test("can be checked out at every version", async () => {
    for (const [index, body] of bodies.entries())
      expect(await read(`/documents/d?version=${index + 1}`)).toMatchObject({
        version: index + 1,
        title: "Plan",
        body,
      });
    expect(await read("/documents/d?version=6")).toMatchObject({ title: "Map" });
  });

  test("has a log: what each edit was about, by whom and when", async () => {
    const { items } = await read("/documents/d/log");
    const facts = { actor: "ann", time: expect.stringMatching(/Z$/) };
    expect(items).toEqual([
      { version: 1, type: "DocumentCreated", ...facts },
      { version: 2, type: "DocumentEdited", message: "Step 1", ...facts },
      { version: 3, type: "DocumentEdited", message: "Step 2", ...facts },
      { version: 4, type: "DocumentEdited", message: "Step 3", ...facts },
      { version: 5, type: "DocumentEdited", message: "Step 4", ...facts },
      { version: 6, type: "DocumentRenamed", ...facts },
    ]);
  });

  test("has a diff between any two versions, which leads from the first to the second", async () => {
    for (const [from, before] of bodies.entries())
      for (const [to, after] of bodies.entries()) {
        const answer = await read(`/documents/d/diff?from=${from + 1}&to=${to + 1}`);
        expect(answer).toEqual({ from: from + 1, to: to + 1, diff: expect.any(String) });
        const options = { autoConvertLineEndings: false };
        expect(applyPatch(before, String(answer.diff), options)).toBe(after);
      }
    expect((await read("/documents/d/diff?from=1&to=2")).diff).toBe(
      "--- a\n+++ b\n@@ -1,1 +1,2 @@\n one\n+two\n",
    );
  });

  test.each([
    ["from=1", 400],
    ["to=1", 400],
    ["", 400],
    ["from=0&to=1", 400],
    ["from=1&to=x", 400],
    ["from=1&to=2&limit=1", 400],
    ["from=1&to=7", 404],
    ["from=9007199254740993&to=1", 404],
  ])("has no diff for %s: %i", async (query, status) => {
    expect(await ann.get(`/documents/d/diff?${query}`)).toMatchObject({ status });
  });

  test("goes back to an earlier version by a new one", async () => {
    const reverted = await ann.post("/documents/d/revert", { to: 2 });
    expect(reverted).toMatchObject({
      status: 200,
      body: { version: 7, events: [{ type: "DocumentReverted", version: 7 }] },
    });
    expect((await must(ann.get("/documents/d", seen(reverted)))).body).toMatchObject({
      title: "Plan",
      body: bodies[1],
    });
    expect(await read("/documents/d?version=6")).toMatchObject({ title: "Map" });
    expect(await ann.post("/documents/d/revert", { to: 2 })).toMatchObject({
      status: 200,
      body: { version: 7, events: [] },
    });
    const { items } = await read("/documents/d/history");
    expect(Object(items)[6]).toMatchObject({ data: { to: 2, title: "Plan" } });
    expect(await read("/documents/d/integrity")).toMatchObject({ ok: true, version: 7 });
  });

  test.each([
    ["/documents/d/revert", { to: 8 }, "version-unknown"],
    ["/documents/d/revert", { to: Number.MAX_SAFE_INTEGER }, "version-unknown"],
    ["/documents/d/create", { title: "Plan", body: "two\n" }, "document-already-created"],
    ["/documents/none/edit", { body: "x" }, "document-not-created"],
    ["/documents/none/rename", { title: "x" }, "document-not-created"],
    ["/documents/none/revert", { to: 1 }, "document-not-created"],
  ])("refuses %s %j: %s", async (path, body, code) => {
    expect(await ann.post(path, body)).toMatchObject(refusal(code));
  });

  test.each([
    ["/documents/d/edit", { body: "x".repeat(100 * 1024 + 1) }],
    ["/documents/d/edit", { body: "é".repeat(50 * 1024 + 1) }],
    ["/documents/d/edit", {}],
    ["/documents/d/rename", { title: "" }],
    ["/documents/d/revert", { to: 0 }],
    ["/documents/d/revert", { to: "1" }],
  ])("does not take %s with what does not fit", async (path, body) => {
    expect(await ann.post(path, body)).toMatchObject({ status: 400 });
  });
});

describe("a long life of a document", () => {
  test("is read at any version, whatever snapshots lie between", async () => {
    const text = (version: number) =>
      Array.from({ length: 200 }, (_, line) =>
        line === version ? "changed\n" : `line ${line} of ${version % 7}\n`,
      ).join("");
    await must(ann.post("/documents/long/create", { title: "Long", body: text(1) }));
    for (let version = 2; version <= 40; version += 1)
      await must(ann.post("/documents/long/edit", { body: text(version) }));
    for (const version of [1, 2, 19, 20, 39, 40])
      expect((await read(`/documents/long?version=${version}`)).body).toBe(text(version));
    expect(await read("/documents/long/integrity")).toMatchObject({ ok: true, commits: 40 });
  });
});

describe("large documents", () => {
  const count = 24;
  // A quotation mark takes four bytes of an answer, in which JSON stands in JSON.
  const large = (mark: number): string => `${mark}\n`.padEnd(100 * 1024, `"${mark}"\n`);
  /** Everything a list holds, page by page. */
  const everything = async (path: string, limit: number): Promise<readonly Reply[]> => {
    const pages: Reply[] = [];
    let cursor: string | undefined;
    do {
      const more: string = cursor === undefined ? "" : `&cursor=${cursor}`;
      pages.push(await must(ann.get(`${path}?limit=${limit}${more}`)));
      cursor = cursorOf(pages.at(-1) ?? expect.fail());
    } while (cursor !== undefined);
    return pages;
  };

  beforeAll(async () => {
    await must(ann.post("/documents/big/create", { title: "Big", body: large(0) }));
    // Next to nothing in common with the one before: each event keeps the whole body.
    for (let mark = 1; mark <= count; mark += 1)
      await must(ann.post("/documents/big/edit", { body: large(mark) }));
    for (let mark = 0; mark < count; mark += 1)
      await must(ann.post(`/documents/l${mark}/create`, { title: "L", body: large(mark) }));
    await host.system.idle();
  });

  test("come in pages that end early, rather than not at all", async () => {
    const pages = await everything("/documents", 100);
    expect(pages.length).toBeGreaterThan(1);
    const ids = pages.flatMap(itemsOf).map(({ id }) => String(id));
    expect(ids.filter((id) => /^l\d+$/.test(id))).toHaveLength(count);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toEqual(ids.toSorted());
  });

  test("have a history that comes in such pages, too", async () => {
    const pages = await everything("/documents/big/history", 100);
    expect(pages.length).toBeGreaterThan(1);
    expect(pages.flatMap(itemsOf).map(({ version }) => version)).toEqual(
      Array.from({ length: count + 1 }, (_, index) => index + 1),
    );
  });

  test("have a log in one page, for it holds no bodies", async () => {
    expect(await everything("/documents/big/log", 100)).toHaveLength(1);
  });
});
