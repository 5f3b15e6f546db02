import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Loaded } from "../../../lib/core/log/loaded.ts";
import { type ListRequest, listDocuments } from "../../../lib/core/query/list-documents.ts";
import { applyDocument } from "../../../lib/core/view/apply-document.ts";
import { documentView, ownerIndex } from "../../../lib/core/view/document-view.ts";
import { createCommandProcess, refusalOf } from "../../command-process.ts";
import { runs } from "../../effort.ts";
import { Command, jar } from "../../jar.ts";
import { createMemoryDocumentRows } from "../../memory-document-rows.ts";

const view = documentView(jar);
const ann = { sub: "ann", admin: false, auditor: false };
const auditor = { sub: "aud", admin: false, auditor: true };
const none = new Map<string, number>();

const world = () => {
  const process = createCommandProcess();
  const rows = createMemoryDocumentRows();
  const project = (id: string) => applyDocument(view, rows, process.store, `jar-${id}`, []);
  return {
    process,
    rows,
    project,
    make: async (id: string, coins: number, by = "ann") => {
      await process.send(id, Command.Make({ coins }), { by });
      await project(id);
    },
    list: (
      asked: Partial<ListRequest> = {},
      token: ReadonlyMap<string, number> = none,
      caller = ann,
    ) =>
      listDocuments(
        { store: process.store, rowsOf: () => rows },
        { view, index: ownerIndex, partition: "ann", descending: false, limit: 10, ...asked },
        caller,
        token,
      ),
  };
};

const streamsOf = (items: readonly Loaded[]) => items.map(({ stream }) => stream);

describe("a list of documents", () => {
  test("shows one partition of an index, in its order", async () => {
    const { make, list } = world();
    for (const id of ["c", "a", "b"]) await make(id, 1);
    await make("d", 1, "ben");
    expect(streamsOf((await list()).items)).toEqual(["jar-a", "jar-b", "jar-c"]);
  });

  test("can be ordered by a number, the other way round", async () => {
    const { make, list } = world();
    for (const [index, coins] of [10, 30, 9, 20].entries()) await make(String(index), coins);
    const { items } = await list({ index: "rich", partition: "all", descending: true });
    expect(items.map(({ state }) => Object(state).coins)).toEqual([30, 20, 10]);
  });

  test("is paged, with a cursor on all pages but the last", async () => {
    const { make, list } = world();
    for (const id of ["a", "b", "c", "d"]) await make(id, 1);
    const first = await list({ limit: 2 });
    expect(streamsOf(first.items)).toEqual(["jar-a", "jar-b"]);
    const second = await list({ limit: 2, cursor: first.cursor ?? "" });
    expect(streamsOf(second.items)).toEqual(["jar-c", "jar-d"]);
    expect(second).not.toHaveProperty("cursor");
  });

  test("goes on with its own cursor even from the largest number", async () => {
    const { make, list } = world();
    await make("a", Number.MAX_SAFE_INTEGER);
    await make("b", 10);
    const asked = { index: "rich", partition: "all", descending: true, limit: 1 };
    const { cursor = "" } = await list(asked);
    expect(streamsOf((await list({ ...asked, cursor })).items)).toEqual(["jar-b"]);
  });

  test("refuses a cursor of another user's list, and one of another index", async () => {
    const { make, list } = world();
    for (const id of ["a", "b"]) await make(id, 10);
    const { cursor = "" } = await list({ limit: 1 });
    const foreign = { kind: "bad-input", message: "cursor does not belong to this query." };
    expect(await refusalOf(list({ cursor, partition: "ben" }))).toMatchObject(foreign);
    const rich = { index: "rich", partition: "all" };
    expect(await refusalOf(list({ cursor, ...rich }))).toMatchObject(foreign);
  });
});

describe("a list that a token is sent to", () => {
  test("holds what the reader has just made, though no row does", async () => {
    const { process, make, list } = world();
    for (const id of ["a", "c"]) await make(id, 1);
    await process.send("b", Command.Make({ coins: 1 }));
    expect(streamsOf((await list({}, new Map([["jar-b", 1]]))).items)).toEqual([
      "jar-a",
      "jar-b",
      "jar-c",
    ]);
    expect(streamsOf((await list()).items)).toEqual(["jar-a", "jar-c"]);
  });

  test("shows a document once, as it is now and where it belongs now", async () => {
    const { process, make, list } = world();
    for (const [id, coins] of [
      ["a", 10],
      ["b", 20],
      ["c", 30],
    ] as const)
      await make(id, coins);
    await process.send("a", Command.Put({ handfuls: [15] }));
    const rich = { index: "rich", partition: "all" };
    const { items } = await list(rich, new Map([["jar-a", 2]]));
    expect(items.map(({ stream, version }) => [stream, version])).toEqual([
      ["jar-b", 1],
      ["jar-a", 2],
      ["jar-c", 1],
    ]);
  });

  test("does not show what no longer belongs there", async () => {
    const { process, make, list } = world();
    for (const id of ["a", "b"]) await make(id, 1);
    await process.send("a", Command.Give({ to: "ben" }));
    expect(streamsOf((await list({}, new Map([["jar-a", 2]]))).items)).toEqual(["jar-b"]);
  });

  test("reads the row strongly, for an index may lag behind its table", async () => {
    const { process, rows, make, project, list } = world();
    await make("a", 1);
    rows.lags = true;
    await process.send("b", Command.Make({ coins: 1 }));
    await project("b");
    process.store.calls.length = 0;
    const { items } = await list({}, new Map([["jar-b", 1]]));
    expect(streamsOf(items)).toEqual(["jar-a", "jar-b"]);
    expect(process.store.calls).toEqual([]);
  });

  test("does not care about streams of other categories", async () => {
    const { make, list } = world();
    await make("a", 1);
    expect((await list({}, new Map([["other-a", 99]]))).items).toHaveLength(1);
  });

  test("refuses a version of the reader's own stream that does not exist", async () => {
    const { make, list } = world();
    await make("a", 1);
    const refused = { kind: "bad-input" };
    expect(await refusalOf(list({}, new Map([["jar-a", 2]])))).toMatchObject(refused);
    expect(await refusalOf(list({}, new Map([["jar-z", 1]])))).toMatchObject(refused);
  });

  test("tells a stranger nothing of the stream that the token names", async () => {
    const { make, list } = world();
    await make("b", 1, "ben");
    for (const version of [1, 2, 99])
      expect((await list({}, new Map([["jar-b", version]]))).items).toEqual([]);
  });
});

describe("whatever was written, and however far indexes lag", () => {
  const ids = ["a", "b", "c", "d", "e", "f"] as const;
  const step = fc.record({
    id: fc.constantFrom(...ids),
    coins: fc.integer({ min: 1, max: 4 }),
    projected: fc.boolean(),
    indexed: fc.boolean(),
  });
  // What the token does not name has long been projected.
  const remembered = fc.subarray([...ids]);

  test("pages with a token are those of the documents as they are", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 30, size: "max" }),
        remembered,
        fc.boolean(),
        fc.integer({ min: 1, max: 4 }),
        async (steps, seenIds, descending, limit) => {
          const { process, rows, project, list } = world();
          const truth = new Map<string, { coins: number; version: number }>();
          for (const { id, coins, projected, indexed } of steps) {
            const known = truth.get(`jar-${id}`);
            const command = known
              ? Command.Put({ handfuls: [coins] })
              : Command.Make({ coins: 8 + coins });
            await process.send(id, command);
            const before = known ?? { coins: 8, version: 0 };
            const after = { coins: before.coins + coins, version: before.version + 1 };
            truth.set(`jar-${id}`, after);
            rows.lags = !indexed;
            if (projected) await project(id);
          }
          const token = new Map<string, number>();
          rows.lags = true;
          for (const [stream, { version }] of truth)
            if (seenIds.some((id) => stream === `jar-${id}`)) token.set(stream, version);
            else {
              await project(stream.slice(4));
              rows.catchUp(stream);
            }
          const asked = { index: "rich", partition: "all", descending, limit };
          const seen: Loaded[] = [];
          let cursor: string | undefined;
          do {
            const page = await list({ ...asked, ...(cursor ? { cursor } : {}) }, token, auditor);
            expect(page.items.length).toBeLessThanOrEqual(limit);
            seen.push(...page.items);
            cursor = page.cursor;
          } while (cursor !== undefined);
          const expected = [...truth]
            .filter(([, { coins }]) => coins >= 10)
            .sort(
              ([one, left], [other, right]) => left.coins - right.coins || (one < other ? -1 : 1),
            );
          expect(seen.map(({ stream, version }) => [stream, version])).toEqual(
            (descending ? expected.reverse() : expected).map(([stream, { version }]) => [
              stream,
              version,
            ]),
          );
        },
      ),
      runs(120),
    );
  });
});
