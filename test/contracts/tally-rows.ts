import { randomUUID } from "node:crypto";
import { beforeEach, describe, expect, test } from "vitest";
import type {
  ShardAddition,
  TallyOutcome,
  TallyQuery,
  TallyRows,
  TallyView,
} from "../../lib/core/view/tally-view.ts";
import { purses } from "../sample-views.ts";

type Sums = Readonly<Record<string, number>>;

const written: TallyOutcome = "written";
const newStream = (): string => `sample-${randomUUID()}`;

/** What the table of every tally promises to writers. `make` gives one generation of the table of a view, fresh or not. */
export const describeTallyRows = (
  name: string,
  make: (view: TallyView, generation: number) => TallyRows,
): void => {
  describe(name, () => {
    let rows: TallyRows;
    let partition: string;
    let stream: string;
    const adding = (sort: string, sums: Sums, shard = 0): ShardAddition => ({
      partition,
      sort,
      labels: { of: partition, sort },
      sums,
      shard,
    });
    /** Additions that come from a stream of their own. */
    const add = async (...additions: readonly ShardAddition[]): Promise<void> => {
      const checkpoints = [{ stream: newStream(), from: 0, to: 1 }];
      expect(await rows.add({ additions, checkpoints })).toBe(written);
    };
    const ask = (query: Partial<TallyQuery> = {}) =>
      rows.list({ partition, range: {}, descending: false, limit: 100, ...query });
    const sums = async (query: Partial<TallyQuery> = {}) =>
      (await ask(query)).map((row) => row.sums);
    const sorts = async (query: Partial<TallyQuery> = {}) =>
      (await ask(query)).map(({ sort }) => sort);
    beforeEach(() => {
      rows = make(purses, 1);
      partition = randomUUID();
      stream = newStream();
    });

    describe("additions", () => {
      test("are none where nothing was added", async () => {
        expect(await ask()).toEqual([]);
      });

      test("make a row, and add to it from then on", async () => {
        await add(adding("usd", { coins: 5, count: 1 }));
        await add(adding("usd", { coins: -7, count: 1 }));
        await add(adding("usd", { coins: 0, count: 1 }));
        const labels = { of: partition, sort: "usd" };
        const row = { partition, sort: "usd", labels, sums: { coins: -2, count: 3 } };
        expect(await ask()).toEqual([row]);
      });

      test("to a row that has them under other names stand beside them", async () => {
        await add(adding("usd", { coins: 5 }));
        await add(adding("usd", { count: 1 }));
        expect(await sums()).toEqual([{ coins: 5, count: 1 }]);
      });

      test("may have any name, and be as large as a number is kept exactly", async () => {
        const odd = { size: 1, "with-hyphen": 2, "a.b": 3, "#0": 4, ":0": 5, sum_: 6 };
        await add(adding("usd", { ...odd, large: Number.MAX_SAFE_INTEGER - 1 }));
        await add(adding("usd", { ...odd, large: 1 }));
        const twice = { size: 2, "with-hyphen": 4, "a.b": 6, "#0": 8, ":0": 10, sum_: 12 };
        expect(await sums()).toEqual([{ ...twice, large: Number.MAX_SAFE_INTEGER }]);
      });

      test("to several shards of a row are summed when it is read", async () => {
        await add(adding("usd", { coins: 1 }, 0), adding("usd", { coins: 20 }, 3));
        await add(adding("usd", { coins: 300 }, 1));
        expect(await sums()).toEqual([{ coins: 321 }]);
      });

      test("are summed exactly beyond the range of numbers, in one item or over shards", async () => {
        const largest = Number.MAX_SAFE_INTEGER;
        await add(adding("usd", { coins: largest, debt: -largest }));
        await add(adding("usd", { coins: 2, debt: -2 }));
        await add(adding("eur", { coins: largest }, 1), adding("eur", { coins: 4 }, 2));
        const beyond = 9_007_199_254_740_993n;
        expect(await sums()).toEqual([{ coins: beyond + 2n }, { coins: beyond, debt: -beyond }]);
        const summed = { ...adding("usd", {}), sums: { coins: beyond, debt: -beyond } };
        await add(summed, adding("eur", { coins: -4 }, 3));
        expect(await sums()).toEqual([
          { coins: largest },
          { coins: 2n * beyond, debt: -2n * beyond },
        ]);
      });

      test("of another generation are never seen", async () => {
        await add(adding("usd", { coins: 1 }));
        const query = { partition, range: {}, descending: false, limit: 9 };
        expect(await make(purses, 2).list(query)).toEqual([]);
        expect(await make(purses, 11).list(query)).toEqual([]);
      });

      test("for a user who is named like a checkpoint are all that this user is shown", async () => {
        partition = `@${stream}`;
        const checkpoints = [{ stream, from: 0, to: 2 }];
        await rows.add({ additions: [adding("usd", { coins: 1 })], checkpoints });
        expect(await sorts()).toEqual(["usd"]);
      });
    });

    describe("rows by their keys", () => {
      const get = async (...sorts: readonly string[]) => {
        const found = await rows.get(sorts.map((sort) => ({ partition, sort })));
        return new Map(found.map((row) => [row.sort, row.sums.coins]));
      };

      test("are those that exist, the shards of each summed", async () => {
        await add(adding("usd", { coins: 1 }, 0), adding("usd", { coins: 20 }, 3));
        await add(adding("eur", { coins: 5 }, 2));
        expect(await get("usd", "none")).toEqual(new Map([["usd", 21]]));
        expect((await get("usd", "eur")).size).toBe(2);
        expect(await rows.get([])).toEqual([]);
      });

      test("are whole, and of one generation", async () => {
        await add(adding("usd", { coins: 1, count: 2 }));
        const key = { partition, sort: "usd" };
        const row = {
          ...key,
          labels: { of: partition, sort: "usd" },
          sums: { coins: 1, count: 2 },
        };
        expect(await rows.get([key])).toEqual([row]);
        expect(await make(purses, 2).get([key])).toEqual([]);
      });

      test("may be many", async () => {
        const many = Array.from({ length: 90 }, (_, at) => `s${at}`);
        await add(...many.map((sort, at) => adding(sort, { coins: at }, at % 4)));
        expect(await get(...many)).toEqual(new Map(many.map((sort, at) => [sort, at])));
      });
    });

    describe("a transaction", () => {
      test("adds and moves checkpoints of several streams", async () => {
        const other = newStream();
        const checkpoints = [
          { stream, from: 0, to: 3 },
          { stream: other, from: 0, to: 1 },
        ];
        const additions = [adding("usd", { coins: 1 }), adding("eur", { coins: 2 })];
        expect(await rows.add({ additions, checkpoints })).toBe(written);
        expect(await sorts()).toEqual(["eur", "usd"]);
        const reached = await rows.checkpoints([stream, other, newStream()]);
        expect(reached).toEqual(
          new Map([
            [stream, 3],
            [other, 1],
          ]),
        );
      });

      test("moves checkpoints also when there is nothing to add", async () => {
        const move = (from: number, to: number) =>
          rows.add({ additions: [], checkpoints: [{ stream, from, to }] });
        expect([await move(0, 4), await move(4, 6)]).toEqual([written, written]);
        expect(await rows.checkpoints([stream])).toEqual(new Map([[stream, 6]]));
      });

      test.each([
        ["a first one, when there is one already", 0],
        ["one that was passed", 2],
        ["one that is not reached", 9],
      ])("that only moves a checkpoint is held to where it starts from: %s", async (_, from) => {
        const move = (start: number, to: number) =>
          rows.add({ additions: [], checkpoints: [{ stream, from: start, to }] });
        await move(0, 4);
        expect(await move(from, 12)).toEqual({ stale: [stream] });
        const outcomes = await Promise.all(Array.from({ length: 8 }, () => move(4, 5)));
        expect(outcomes.filter((outcome) => outcome === written)).toHaveLength(1);
        expect(await rows.checkpoints([stream])).toEqual(new Map([[stream, 5]]));
      });

      test("keeps what streams have added to of late with their checkpoints", async () => {
        const other = newStream();
        const recent = [
          { partition, sort: "usd", index: "in", at: 1_000 },
          { partition, sort: "eur", index: "out", at: 2_000 },
        ];
        const additions = [adding("usd", { coins: 1 })];
        const first = { stream, from: 0, to: 3, recent };
        await rows.add({ additions, checkpoints: [first, { stream: other, from: 0, to: 1 }] });
        expect(await rows.marks([stream, other, newStream()])).toEqual(
          new Map([
            [stream, { version: 3, recent }],
            [other, { version: 1, recent: [] }],
          ]),
        );
        const [, last] = recent;
        const kept = last ? [last] : [];
        await rows.add({ additions: [], checkpoints: [{ stream, from: 3, to: 4, recent: kept }] });
        expect((await rows.marks([stream])).get(stream)).toEqual({ version: 4, recent: kept });
        await rows.add({ additions: [], checkpoints: [{ stream, from: 4, to: 5 }] });
        expect((await rows.marks([stream])).get(stream)).toEqual({ version: 5, recent: [] });
        expect(await rows.checkpoints([stream])).toEqual(new Map([[stream, 5]]));
      });

      test.each([
        ["a first one, when there is one already", 0],
        ["one that was passed", 2],
        ["one that is not reached", 9],
      ])("that starts from another checkpoint writes nothing: %s", async (_, from) => {
        const checkpoints = [{ stream, from: 0, to: 4 }];
        await rows.add({ additions: [adding("usd", { coins: 1 })], checkpoints });
        const late = {
          additions: [adding("usd", { coins: 9 })],
          checkpoints: [{ stream, from, to: 12 }],
        };
        expect(await rows.add(late)).toEqual({ stale: [stream] });
        expect(await sums()).toEqual([{ coins: 1 }]);
        expect(await rows.checkpoints([stream])).toEqual(new Map([[stream, 4]]));
      });

      test("names every stream that stands elsewhere, and moves no other", async () => {
        const [one, two, three] = [newStream(), newStream(), newStream()];
        for (const each of [one, three])
          await rows.add({ additions: [], checkpoints: [{ stream: each, from: 0, to: 1 }] });
        const checkpoints = [one, two, three].map((each) => ({ stream: each, from: 0, to: 2 }));
        const late = { additions: [adding("usd", { coins: 1 })], checkpoints };
        expect(await rows.add(late)).toEqual({ stale: [one, three] });
        expect(await rows.checkpoints([two])).toEqual(new Map());
        expect(await ask()).toEqual([]);
      });

      test("that is repeated, because its answer was lost, adds nothing", async () => {
        const write = {
          additions: [adding("usd", { coins: 5 })],
          checkpoints: [{ stream, from: 0, to: 1 }],
        };
        expect(await rows.add(write)).toBe(written);
        expect(await rows.add(write)).toEqual({ stale: [stream] });
        expect(await sums()).toEqual([{ coins: 5 }]);
      });

      test("is done by one of many who start from the same checkpoint", async () => {
        const write = {
          additions: [adding("usd", { coins: 5 })],
          checkpoints: [{ stream, from: 0, to: 1 }],
        };
        const outcomes = await Promise.all(Array.from({ length: 8 }, () => rows.add(write)));
        expect(outcomes.filter((outcome) => outcome === written)).toHaveLength(1);
        expect(await sums()).toEqual([{ coins: 5 }]);
      });

      test("has up to a hundred actions", async () => {
        const additions = Array.from({ length: 60 }, (_, at) =>
          adding(`s${100 + at}`, { coins: at }),
        );
        const checkpoints = Array.from({ length: 40 }, () => ({
          stream: newStream(),
          from: 0,
          to: 1,
        }));
        expect(await rows.add({ additions, checkpoints })).toBe(written);
        expect(await ask()).toHaveLength(60);
        const reached = await rows.checkpoints(checkpoints.map((each) => each.stream));
        expect(reached.size).toBe(40);
      });
    });
  });
};
