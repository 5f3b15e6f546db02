import fc from "fast-check";
import { beforeEach, describe, expect, test } from "vitest";
import { encodeCursor } from "../../../lib/core/query/cursor.ts";
import { listTally } from "../../../lib/core/query/list-rows.ts";
import { withAdded } from "../../../lib/core/view/recent-rows.ts";
import type { ViewQuery } from "../../../lib/core/view/view-query.ts";
import { createDice } from "../../clock.ts";
import { runs } from "../../effort.ts";
import { createMemoryViews, type MemoryViews } from "../../memory-views.ts";
import { ranking } from "../../sample-views.ts";

const auditor = { sub: "aud", admin: false, auditor: true };
const scope = [ranking.name, "kind", "in", '{"above":0}'];

/** A ranking that jars add to; its index lags when it is told to. */
const createRanking = (memory: MemoryViews = createMemoryViews()) => {
  const rows = memory.process().tables.tally(ranking, 1);
  const index = memory.index(ranking);
  const query: ViewQuery = ranking.query ?? expect.fail();
  const add = async (
    jar: string,
    owner: string,
    added: number | Readonly<Record<string, number>>,
    kind = "in",
  ): Promise<void> => {
    const stream = `jar-${jar}`;
    const labels = { owner, kind };
    const sums = typeof added === "number" ? { coins: added } : added;
    const row = { partition: owner, sort: kind, labels, sums, shard: 0, index: kind };
    const { version, recent } = (await rows.marks([stream])).get(stream) ?? {
      version: 0,
      recent: [],
    };
    const checkpoint = { stream, from: version, to: version + 1 };
    await rows.add({
      additions: [row],
      checkpoints: [{ ...checkpoint, recent: withAdded(recent, [row], 0) }],
    });
  };
  const ask = async (
    jars: readonly string[],
    asked: { limit?: number; cursor?: string; descending?: boolean; over?: number } = {},
  ) => {
    const { limit = 100, cursor, descending = true, over = 0 } = asked;
    const page = await listTally(ranking, { ...query, descending }, rows, {
      parameters: { kind: "in", over: String(over) },
      caller: auditor,
      token: new Map(jars.map((jar) => [`jar-${jar}`, 1])),
      limit,
      ...(cursor === undefined ? {} : { cursor }),
    });
    const items = page.items.map((item): [string, number] => {
      const { owner, coins } = Object(item);
      return [owner, coins];
    });
    return { ...page, items };
  };
  return { memory, index, add, ask };
};

let world: ReturnType<typeof createRanking>;
beforeEach(async () => {
  world = createRanking();
  for (const [jar, owner, coins] of [
    ["1", "ann", 50],
    ["2", "ben", 40],
    ["3", "cleo", 30],
    ["4", "dora", 20],
  ] as const)
    await world.add(jar, owner, coins);
  world.index.lagMs = Number.POSITIVE_INFINITY;
});

describe("a tally in the order of a sum, over an index that lags", () => {
  test("shows a token's reader the rows that its streams have added to, where they belong", async () => {
    const { add, ask } = world;
    await add("4", "dora", 25);
    await add("5", "emil", 35);
    expect((await ask([])).items.map(([owner]) => owner)).toEqual(["ann", "ben", "cleo", "dora"]);
    expect((await ask(["4", "5"])).items).toEqual([
      ["ann", 50],
      ["dora", 45],
      ["ben", 40],
      ["emil", 35],
      ["cleo", 30],
    ]);
    expect((await ask(["5"])).items.map(([owner]) => owner)).toContain("emil");
  });

  test("shows them with everything that anybody else has added, too", async () => {
    const { add, ask } = world;
    await add("4", "dora", 1);
    await add("9", "dora", 100);
    expect((await ask(["4"])).items[0]).toEqual(["dora", 121]);
  });

  test("does not show what is no longer in the part that is asked for", async () => {
    const { add, ask } = world;
    await add("2", "ben", -39);
    await add("3", "cleo", -30);
    expect((await ask(["2", "3"])).items.map(([owner]) => owner)).toEqual(["ann", "dora", "ben"]);
    expect((await ask(["2", "3"], { over: 1 })).items).toEqual([
      ["ann", 50],
      ["dora", 20],
    ]);
  });

  test("does not show what has nothing under that sum", async () => {
    const { index, add, ask } = world;
    await add("6", "finn", { count: 1 });
    expect((await ask(["6"], { over: -1 })).items).toHaveLength(4);
    index.catchUp();
    expect((await ask(["6"], { over: -1 })).items).toHaveLength(4);
  });

  test("reads rows of the partition that is asked for only", async () => {
    const { memory, add, ask } = world;
    await add("1", "ann", 70, "out");
    expect((await ask(["1"])).items[0]).toEqual(["ann", 50]);
    const before = memory.calls.get("tally.get");
    await add("7", "gus", 5, "out");
    expect((await ask(["7"])).items).toHaveLength(4);
    expect(memory.calls.get("tally.get")).toBe(before);
  });

  test("asks for no rows when the token names streams of other views", async () => {
    const { memory, ask } = world;
    const before = memory.calls.get("tally.marks");
    await ask([]);
    const rows = memory.process().tables.tally(ranking, 1);
    const token = new Map([["account-1", 1]]);
    const request = { parameters: { kind: "in" }, caller: auditor, token, limit: 9 };
    const query = ranking.query ?? expect.fail();
    expect((await listTally(ranking, query, rows, request)).items).toHaveLength(4);
    expect(memory.calls.get("tally.marks")).toBe(before);
  });

  test("pages as if the index did not lag, whichever page it catches up at", async () => {
    const { index, add, ask } = world;
    await add("4", "dora", 25);
    await add("1", "ann", -45);
    const token = ["1", "4"];
    const first = await ask(token, { limit: 1 });
    expect(first.items).toEqual([["dora", 45]]);
    const rest = [
      ["ben", 40],
      ["cleo", 30],
      ["ann", 5],
    ];
    expect((await ask(token, { cursor: first.cursor ?? "" })).items).toEqual(rest);
    index.catchUp();
    expect((await ask(token, { cursor: first.cursor ?? "" })).items).toEqual(rest);
    expect((await ask([], { cursor: first.cursor ?? "" })).items).toEqual(rest);
  });

  test("shows a row once when it is laid among others of the same sum", async () => {
    for (const limit of [1, 2, 3, 4]) {
      const { index, add, ask } = createRanking();
      const others = ["a", "b", "c", "d"];
      for (const owner of others) await add(owner, owner, 7);
      index.lagMs = Number.POSITIVE_INFINITY;
      for (const owner of ["x", "y"]) await add(owner, owner, 7);
      const seen: string[] = [];
      let cursor: string | undefined;
      do {
        // The first page is asked with the token; on the others the index has caught up.
        const token = cursor === undefined ? ["x", "y"] : [];
        const page = await ask(token, { limit, ...(cursor === undefined ? {} : { cursor }) });
        seen.push(...page.items.map(([owner]) => owner));
        cursor = page.cursor;
        index.catchUp();
      } while (cursor !== undefined);
      expect(seen.toSorted()).toEqual([...others, "x", "y"]);
    }
  });
});

describe("a cursor of a tally by its sum", () => {
  const refused = { kind: "bad-input", facts: { errors: [{ field: "cursor" }] } };
  const row = { partition: "ann", sort: "in" };

  test.each([
    [{ sum: 0.5, row, laid: [] }],
    [{ sum: "5", row, laid: [] }],
    [{ sum: "9007199254740993x", row, laid: [] }],
    [{ sum: 5, row: { partition: "", sort: "in" }, laid: [] }],
    [{ sum: 5, row }],
    [{ sum: 5, row, laid: ["ann"] }],
    [{ sum: 5, row, laid: [], more: 1 }],
    [{ ...row, sum: 5 }],
    ["ann"],
  ])("is refused when its position is none: %j", async (position) => {
    const cursor = encodeCursor(scope, position);
    await expect(world.ask([], { cursor })).rejects.toMatchObject(refused);
  });

  test("goes on exactly from sums that no number tells apart", async () => {
    const { index, add, ask } = createRanking();
    const owners = ["a", "b", "c", "d", "e"];
    for (const [at, owner] of owners.entries()) {
      await add(owner, owner, Number.MAX_SAFE_INTEGER);
      await add(owner, owner, 1 + at);
    }
    for (const descending of [true, false]) {
      const expected = descending ? owners.toReversed() : owners;
      index.lagMs = Number.POSITIVE_INFINITY;
      for (const token of [[], owners]) {
        const seen: string[] = [];
        let cursor: string | undefined;
        do {
          const page = await ask(token, { limit: 1, descending, ...(cursor ? { cursor } : {}) });
          seen.push(...page.items.map(([owner]) => owner));
          cursor = page.cursor;
        } while (cursor !== undefined && seen.length < 9);
        expect(seen).toEqual(expected);
      }
    }
  });
});

describe("whatever was added, and however far the index lags", () => {
  const owners = ["a", "b", "c", "d", "e", "f", "g"];
  const jars = ["1", "2", "3", "4"];
  const step = fc.record({
    jar: fc.constantFrom(...jars),
    owner: fc.constantFrom(...owners),
    coins: fc.constantFrom(1, 1, 2, -1),
    indexed: fc.boolean(),
  });

  test("pages with a token are those of the rows as they are", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 40, size: "max" }),
        fc.boolean(),
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: -1, max: 1 }),
        fc.integer(),
        async (steps, descending, limit, over, seed) => {
          const { index, add, ask } = createRanking();
          const dice = createDice(seed);
          const truth = new Map<string, number>();
          const lastJar = new Map<string, string>();
          for (const { jar, owner, coins, indexed } of steps) {
            index.lagMs = indexed ? 0 : Number.POSITIVE_INFINITY;
            await add(jar, owner, coins);
            truth.set(owner, (truth.get(owner) ?? 0) + coins);
            lastJar.set(owner, jar);
          }
          index.lagMs = Number.POSITIVE_INFINITY;
          const behind = new Set(
            [...truth.keys()].filter((owner) => {
              const row = index.shown().find(({ partition }) => partition === owner);
              return row?.sums.coins !== truth.get(owner);
            }),
          );
          const seen: [string, number][] = [];
          let cursor: string | undefined;
          do {
            // What the index lacks, the token names; it may name anything else.
            const needed = [...behind].map((owner) => lastJar.get(owner) ?? "");
            const token = [...needed, ...jars.filter(() => dice() < 0.3)];
            const asked = { limit, descending, over, ...(cursor ? { cursor } : {}) };
            const page = await ask([...new Set(token)], asked);
            expect(page.items.length).toBeLessThanOrEqual(limit);
            if (page.cursor) expect(page.items).toHaveLength(limit);
            seen.push(...page.items);
            cursor = page.cursor;
            for (const owner of behind)
              if (dice() < 0.3) {
                index.catchUp({ partition: owner, sort: "in" });
                behind.delete(owner);
              }
          } while (cursor !== undefined && seen.length < 20);
          const expected = [...truth].filter(([, coins]) => coins > over);
          expect(seen.toSorted()).toEqual(expected.toSorted());
          const sums = seen.map(([, coins]) => coins);
          const sign = descending ? -1 : 1;
          expect(sums).toEqual(sums.toSorted((left, right) => sign * (left - right)));
        },
      ),
      runs(300),
    );
  });
});
