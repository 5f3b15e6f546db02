import { randomUUID } from "node:crypto";
import { beforeEach, describe, expect, test } from "vitest";
import type {
  ShardAddition,
  TallyPosition,
  TallyQuery,
  TallyRow,
  TallyRows,
  TallyView,
} from "../../lib/core/view/tally-view.ts";
import { purses, ranking } from "../sample-views.ts";

/**
 * What the table of every tally promises to readers. `make` gives one generation of the table of a view, fresh or not:
 * `purses` is spread over shards, `ranking` is indexed by its sum.
 */
export const describeTallyOrder = (
  name: string,
  make: (view: TallyView, generation: number) => TallyRows,
): void => {
  describe(name, () => {
    let rows: TallyRows;
    let partition: string;
    const add = async (...additions: readonly ShardAddition[]): Promise<void> => {
      const checkpoints = [{ stream: `sample-${randomUUID()}`, from: 0, to: 1 }];
      expect(await rows.add({ additions, checkpoints })).toBe("written");
    };
    const ask = (query: Partial<TallyQuery> = {}) =>
      rows.list({ partition, range: {}, descending: false, limit: 100, ...query });
    const sorts = async (query: Partial<TallyQuery> = {}) =>
      (await ask(query)).map(({ sort }) => sort);
    const walk = async (query: Partial<TallyQuery>): Promise<readonly TallyRow[]> => {
      const seen: TallyRow[] = [];
      for (let pages = 0; pages < 30; pages++) {
        const last = seen.at(-1);
        const { index = "" } = query;
        const after: TallyPosition | undefined = last && {
          partition: last.partition,
          sort: last.sort,
          ...(index ? { sum: last.sums.coins ?? 0 } : {}),
        };
        const page = await ask({ ...query, ...(after ? { after } : {}) });
        expect(page.length).toBeLessThanOrEqual(query.limit ?? 0);
        seen.push(...page);
        if (page.length < (query.limit ?? 0)) break;
      }
      return seen;
    };

    beforeEach(() => {
      rows = make(purses, 1);
      partition = randomUUID();
    });

    describe("rows in the order of their sort values", () => {
      const shards = [0, 1, 3];
      const all = ["a", "b", "c", "d", "e"];
      const adding = (sort: string, coins: number, shard: number): ShardAddition => {
        return { partition, sort, labels: { sort }, sums: { coins }, shard };
      };
      beforeEach(async () => {
        for (const [at, sort] of all.entries())
          await add(...shards.map((shard) => adding(sort, 10 ** at, shard)));
      });

      test.each([
        [{}, all],
        [{ from: "b" }, ["b", "c", "d", "e"]],
        [{ below: "c" }, ["a", "b"]],
        [{ above: "b" }, ["c", "d", "e"]],
        [{ from: "b", below: "d" }, ["b", "c"]],
        [{ above: "a", below: "d" }, ["b", "c"]],
        [{ from: "d", below: "b" }, []],
      ])("have the part %o, either way", async (range, expected) => {
        expect(await sorts({ range })).toEqual(expected);
        expect(await sorts({ range, descending: true })).toEqual(expected.toReversed());
      });

      test.each([1, 2, 3, 5, 6])("are followed page by page, %i at a time", async (limit) => {
        const expected = all.map((sort, at) => [sort, 3 * 10 ** at]);
        const found = async (query: Partial<TallyQuery>) =>
          (await walk({ limit, ...query })).map(({ sort, sums: { coins } }) => [sort, coins]);
        expect(await found({})).toEqual(expected);
        expect(await found({ descending: true })).toEqual(expected.toReversed());
        expect(await found({ range: { from: "b", below: "e" } })).toEqual(expected.slice(1, 4));
      });
    });

    describe("rows in the order of a sum", () => {
      let kind: string;
      const having = (coins: number, owner: string): ShardAddition => {
        const labels = { owner, kind };
        return { partition: owner, sort: kind, labels, sums: { coins }, shard: 0, index: kind };
      };
      const byCoins = (query: Partial<TallyQuery> = {}): Partial<TallyQuery> => ({
        index: "kind",
        partition: kind,
        descending: true,
        ...query,
      });
      const coins = async (query: Partial<TallyQuery> = {}) =>
        (await ask(byCoins(query))).map((row) => row.sums.coins);
      beforeEach(() => {
        rows = make(ranking, 1);
        kind = randomUUID();
      });

      test("stand where their sums put them", async () => {
        const owner = randomUUID();
        await add(having(50, owner), having(70, randomUUID()), having(60, randomUUID()));
        expect(await coins()).toEqual([70, 60, 50]);
        await add(having(25, owner));
        expect(await coins()).toEqual([75, 70, 60]);
        expect(await coins({ descending: false })).toEqual([60, 70, 75]);
        const [first] = await ask(byCoins({ limit: 1 }));
        const labels = { owner, kind };
        expect(first).toEqual({ partition: owner, sort: kind, labels, sums: { coins: 75 } });
      });

      test.each([
        [{ above: 60 }, [100, 70]],
        [{ above: 59 }, [100, 70, 60]],
        [{ from: 60 }, [100, 70, 60]],
        [{ below: 70 }, [60, -5]],
        [{ above: -5, below: 100 }, [70, 60]],
        [{ above: 100 }, []],
        [{ from: 70, below: 60 }, []],
      ])("have the part %o", async (range, expected) => {
        await add(...[60, -5, 100, 70].map((each) => having(each, randomUUID())));
        expect(await coins({ range })).toEqual(expected);
        expect(await coins({ range, limit: 1 })).toEqual(expected.slice(0, 1));
      });

      test.each([1, 2, 3, 7, 8])("are followed page by page, %i at a time", async (limit) => {
        await add(...[5, 9, 9, 9, 7, 7, 1].map((each) => having(each, randomUUID())));
        const found = async (query: Partial<TallyQuery>) => {
          const seen = await walk(byCoins({ limit, ...query }));
          expect(new Set(seen.map(({ labels }) => labels.owner)).size).toBe(seen.length);
          return seen.map((row) => row.sums.coins);
        };
        expect(await found({})).toEqual([9, 9, 9, 7, 7, 5, 1]);
        expect(await found({ descending: false })).toEqual([1, 5, 7, 7, 9, 9, 9]);
        expect(await found({ range: { above: 5 } })).toEqual([9, 9, 9, 7, 7]);
      });

      test("are those that have it", async () => {
        const without = { ...having(5, randomUUID()), sums: { count: 1 } };
        await add(without, having(-1, randomUUID()));
        expect(await coins()).toEqual([-1]);
      });

      test("go on after a position that is outside the part that is asked for", async () => {
        await add(...[5, 9].map((each) => having(each, randomUUID())));
        const after = { partition: randomUUID(), sort: kind, sum: 3 };
        expect(await coins({ after, range: { above: 4 } })).toEqual([]);
        expect(await coins({ after, range: { above: 4 }, descending: false })).toEqual([5, 9]);
      });

      test.each([true, false])(
        "begin with a sum that is named, descending: %s",
        async (descending) => {
          await add(...[5, 9, 9, 7, 7, 1].map((each) => having(each, randomUUID())));
          const from = (start: number) => coins({ start, descending });
          const all = descending ? [9, 9, 7, 7, 5, 1] : [1, 5, 7, 7, 9, 9];
          for (const start of [10, 9, 8, 7, 5, 1, 0])
            expect(await from(start)).toEqual(
              all.filter((sum) => (descending ? sum <= start : sum >= start)),
            );
          expect(await coins({ start: 7, descending, range: { above: 5 } })).toEqual(
            descending ? [7, 7] : [7, 7, 9, 9],
          );
        },
      );

      test("stand exactly where they belong beyond the range of numbers, too", async () => {
        const largest = Number.MAX_SAFE_INTEGER;
        const owners = Array.from({ length: 5 }, () => randomUUID());
        for (const [at, owner] of owners.entries()) {
          await add(having(largest, owner));
          await add(having(at, owner));
        }
        const expected = [4n, 3n, 2n, 1n, 0n].map((more) => BigInt(largest) + more);
        expect((await coins()).map((sum = 0) => BigInt(sum))).toEqual(expected);
        for (const descending of [true, false]) {
          const seen = await walk(byCoins({ limit: 1, descending }));
          const sums = seen.map((row) => BigInt(row.sums.coins ?? 0));
          expect(sums).toEqual(descending ? expected : expected.toReversed());
        }
        const start = 9_007_199_254_740_993n;
        expect(await coins({ start })).toEqual([start, 9_007_199_254_740_992n, largest]);
      });

      test("of another kind or generation are never seen", async () => {
        await add(having(5, randomUUID()));
        expect(await coins({ partition: randomUUID() })).toEqual([]);
        const query = { index: "kind", partition: kind, range: {}, descending: true, limit: 9 };
        expect(await make(ranking, 2).list(query)).toEqual([]);
      });
    });
  });
};
