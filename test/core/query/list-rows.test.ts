import { beforeEach, describe, expect, test } from "vitest";
import { emptyToken } from "../../../lib/core/query/consistency-token.ts";
import { encodeCursor } from "../../../lib/core/query/cursor.ts";
import { listLedger, listTally, type RowsPage } from "../../../lib/core/query/list-rows.ts";
import type { ViewQuery } from "../../../lib/core/view/view-query.ts";
import { createMemoryViews, type MemoryViews } from "../../memory-views.ts";
import { diary, purses, ranking } from "../../sample-views.ts";

const ann = { sub: "ann", admin: false, auditor: false };
const queryOf = ({ query }: { readonly query?: ViewQuery }): ViewQuery => {
  if (!query) throw new Error("The view has no query.");
  return query;
};
const notOfThisQuery = { kind: "bad-input", facts: { errors: [{ field: "cursor" }] } };

type Ask = (limit: number, parameters?: object, cursor?: string) => Promise<RowsPage>;

/** Every page of a query, in order. */
const pages = async (ask: Ask, limit: number, parameters?: object) => {
  const all: (readonly object[])[] = [];
  let cursor: string | undefined;
  do {
    const page: RowsPage = await ask(limit, parameters, cursor);
    all.push(page.items);
    cursor = page.cursor;
  } while (cursor !== undefined && all.length < 20);
  return all;
};
const sizes = async (ask: Ask, limit: number, parameters?: object) =>
  (await pages(ask, limit, parameters)).map(({ length }) => length);

let memory: MemoryViews;
beforeEach(() => {
  memory = createMemoryViews();
});

describe("a ledger as it is asked", () => {
  const ask: Ask = (limit, parameters = { user: "ann" }, cursor) =>
    listLedger(diary, queryOf(diary), memory.process().tables.ledger(diary, 1), {
      parameters,
      caller: ann,
      token: emptyToken,
      limit,
      ...(cursor === undefined ? {} : { cursor }),
    });
  beforeEach(async () => {
    const rows = [1, 2, 3, 4, 5].map((n) => {
      return { partition: "ann", sort: `t${n}`, key: `t${n}#jar-a#${n}#0`, values: { n } };
    });
    const [first] = rows;
    if (!first) throw new Error("There are no rows.");
    const foreign = { ...first, partition: "ben" };
    await memory
      .process()
      .tables.ledger(diary, 1)
      .put([...rows, foreign]);
  });

  test("shows what readers see, in the order of its query", async () => {
    const items = [5, 4, 3, 2, 1].map((n) => ({ n }));
    expect(await ask(100)).toEqual({ items });
  });

  test("is shown page by page; the last one has no cursor, full or not", async () => {
    expect(await sizes(ask, 2)).toEqual([2, 2, 1]);
    expect(await sizes(ask, 5)).toEqual([5]);
    const all = (await pages(ask, 2)).flat();
    expect(all).toEqual((await ask(100)).items);
  });

  test("has an empty page where nothing is", async () => {
    expect(await ask(5, { user: "cleo" })).toEqual({ items: [] });
  });

  test("refuses the cursor of another user's rows", async () => {
    const { cursor } = await ask(2);
    expect(cursor).toBeDefined();
    await expect(ask(2, { user: "ben" }, cursor)).rejects.toMatchObject(notOfThisQuery);
  });

  test.each([[""], ["x".repeat(1_001)], ["\u{1F600}".repeat(300)], [7], [null]])(
    "refuses a cursor whose position is no key: %j",
    async (position) => {
      const cursor = encodeCursor([diary.name, "", "ann", "{}"], position);
      await expect(ask(2, { user: "ann" }, cursor)).rejects.toMatchObject(notOfThisQuery);
    },
  );
});

describe("a tally as it is asked", () => {
  const add = (owner: string, coins: number, stream: string) =>
    memory
      .process()
      .tables.tally(ranking, 1)
      .add({
        additions: [
          {
            partition: owner,
            sort: "in",
            labels: { owner, kind: "in" },
            sums: { coins },
            shard: 0,
            index: "in",
          },
        ],
        checkpoints: [{ stream, from: 0, to: 1 }],
      });
  const ask: Ask = (limit, parameters = { kind: "in" }, cursor) =>
    listTally(ranking, queryOf(ranking), memory.process().tables.tally(ranking, 1), {
      parameters,
      caller: ann,
      token: emptyToken,
      limit,
      ...(cursor === undefined ? {} : { cursor }),
    });
  const owners = ["ann", "ben", "cleo", "dora", "emil"];
  beforeEach(async () => {
    for (const [at, owner] of owners.entries()) await add(owner, 10 * (at + 1), `jar-${at}`);
  });

  test("shows labels and sums, in the order of its query and above what is asked for", async () => {
    expect((await ask(100)).items).toHaveLength(5);
    const items = [
      { owner: "emil", kind: "in", coins: 50 },
      { owner: "dora", kind: "in", coins: 40 },
    ];
    expect(await ask(100, { kind: "in", over: "30" })).toEqual({ items });
    expect(await ask(100, { kind: "out" })).toEqual({ items: [] });
  });

  test("is shown page by page, each row once", async () => {
    expect(await sizes(ask, 2)).toEqual([2, 2, 1]);
    expect((await pages(ask, 2)).flat()).toEqual((await ask(100)).items);
    expect((await pages(ask, 1, { kind: "in", over: "30" })).flat()).toHaveLength(2);
  });

  test("goes on behind a row that has moved up since", async () => {
    const { cursor } = await ask(2);
    await add("ann", 100, "jar-x");
    const { items } = await ask(9, { kind: "in" }, cursor);
    expect(items.map((row) => Object.values(row)[0])).toEqual(["cleo", "ben"]);
  });

  test("refuses the cursor of another question", async () => {
    const { cursor } = await ask(2);
    const other = { kind: "in", over: "5" };
    await expect(ask(2, other, cursor)).rejects.toMatchObject(notOfThisQuery);
  });
});

describe("a tally as it is asked in its own order", () => {
  const put = (sort: string, coins: number, ...shards: readonly number[]) =>
    memory
      .process()
      .tables.tally(purses, 1)
      .add({
        additions: shards.map((shard) => {
          const labels = { user: "ann", sort };
          return { partition: "ann", sort, labels, sums: { coins, count: 1 }, shard };
        }),
        checkpoints: [{ stream: `jar-${sort}-${shards}`, from: 0, to: 1 }],
      });
  const ask: Ask = (limit, parameters = { user: "ann" }, cursor) =>
    listTally(purses, queryOf(purses), memory.process().tables.tally(purses, 1), {
      parameters,
      caller: ann,
      token: emptyToken,
      limit,
      ...(cursor === undefined ? {} : { cursor }),
    });

  test("shows the sums of all shards", async () => {
    await put("coins", 1, 0, 3);
    expect(await ask(5)).toEqual({ items: [{ user: "ann", sort: "coins", coins: 2, count: 2 }] });
  });

  test("is shown page by page, each row once", async () => {
    for (const sort of ["c", "a", "e", "b", "d"]) await put(sort, 1, 0, 2);
    expect(await sizes(ask, 2)).toEqual([2, 2, 1]);
    const seen = (await pages(ask, 2)).flat().map((row) => Object(row).sort);
    expect(seen).toEqual(["a", "b", "c", "d", "e"]);
  });

  test("says of a sum beyond the range of numbers that it is rounded", async () => {
    await put("coins", Number.MAX_SAFE_INTEGER, 0);
    expect((await ask(1)).items[0]).not.toHaveProperty("rounded");
    await put("coins", 4, 1);
    expect(JSON.parse(JSON.stringify(await ask(1)))).toEqual({
      items: [{ user: "ann", sort: "coins", coins: 2 ** 53 + 4, count: 2, rounded: ["coins"] }],
    });
    await put("coins", -4, 2);
    expect((await ask(1)).items[0]).toMatchObject({ coins: Number.MAX_SAFE_INTEGER, count: 3 });
  });

  test.each([[{ partition: "ann" }], [{ partition: "ann", sort: "a", more: 1 }], ["a"]])(
    "refuses a cursor whose position is none: %j",
    async (position) => {
      const cursor = encodeCursor([purses.name, "", "ann", "{}"], position);
      await expect(ask(2, { user: "ann" }, cursor)).rejects.toMatchObject(notOfThisQuery);
    },
  );
});
