import { randomUUID } from "node:crypto";
import { beforeEach, describe, expect, test } from "vitest";
import type { StoredValue } from "../../lib/core/log/stored-value.ts";
import type { LedgerQuery, LedgerRow, LedgerRows } from "../../lib/core/view/ledger-view.ts";

/** What every table of a ledger promises. `make` gives one generation of one table, fresh or not. */
export const describeLedgerRows = (
  name: string,
  make: (generation: number) => LedgerRows,
): void => {
  describe(name, () => {
    let rows: LedgerRows;
    let partition: string;
    const rowAt = (
      sort: string,
      version = 1,
      values: Readonly<Record<string, StoredValue>> = { sort, version },
    ): LedgerRow => ({
      partition,
      sort,
      key: `${sort}#sample-1#${String(version).padStart(16, "0")}#0`,
      values,
    });
    const ask = (query: Partial<LedgerQuery> = {}) =>
      rows.list({ partition, range: {}, descending: false, limit: 100, ...query });
    const sorts = async (query: Partial<LedgerQuery> = {}) =>
      (await ask(query)).map(({ sort }) => sort);
    const letters = async (...all: readonly string[]) => rows.put(all.map((sort) => rowAt(sort)));

    beforeEach(() => {
      rows = make(1);
      partition = randomUUID();
    });

    describe("rows", () => {
      test("are none where none was written", async () => {
        expect(await ask()).toEqual([]);
      });

      test("are none in a partition that is too long to have any", async () => {
        expect(await ask({ partition: "x".repeat(4_000) })).toEqual([]);
      });

      test("come back exactly as they were written", async () => {
        const values = {
          text: 'Zoë \u{1F600} "quoted"',
          empty: "",
          nothing: null,
          yes: true,
          number: Number.MIN_SAFE_INTEGER,
          binary: Uint8Array.of(0, 255),
          nested: { list: [[], { a: 0.5 }] },
        };
        const row = rowAt("2026-11-01T12:00:00.000Z", 7, values);
        await rows.put([row]);
        expect(await ask()).toEqual([row]);
      });

      test("that many events share stand under their sort value alone", async () => {
        const shared = { ...rowAt("a#b#1#2"), key: "a#b#1#2", shared: true };
        await rows.put([shared, rowAt("a")]);
        await rows.put([shared]);
        expect(await ask({ range: { from: "a#b#1#2" } })).toEqual([shared]);
        expect(await ask()).toHaveLength(2);
      });

      test("that many events share stand as they were written last", async () => {
        const shared = { ...rowAt("a"), key: "a", shared: true };
        const changed = { ...shared, values: { sort: "a", version: 2 } };
        await rows.put([shared]);
        await rows.put([shared, changed]);
        expect(await ask()).toEqual([changed]);
        await rows.put([rowAt("b"), shared]);
        expect(await ask()).toEqual([shared, rowAt("b")]);
      });

      test("are the same when they are written again, also within one call", async () => {
        const row = rowAt("a");
        await rows.put([row, rowAt("b"), row]);
        await rows.put([row]);
        expect(await sorts()).toEqual(["a", "b"]);
      });

      test("are written, however many there are", async () => {
        const many = Array.from({ length: 61 }, (_, index) => rowAt("a", index + 1));
        await rows.put(many);
        expect(await ask()).toEqual(many);
        await rows.put([]);
      });

      test("are all found when they need more than one page of the store", async () => {
        const big = Array.from({ length: 12 }, (_, index) =>
          rowAt("a", index + 1, { text: "x".repeat(150 * 1024) }),
        );
        await rows.put(big);
        expect(await ask()).toEqual(big);
        expect(await ask({ descending: true, limit: 11 })).toEqual(big.toReversed().slice(0, 11));
      });

      test("of partitions that begin alike are kept apart", async () => {
        await letters("a");
        expect(await ask({ partition: `${partition}-more` })).toEqual([]);
        expect(await ask({ partition: partition.slice(0, -1) })).toEqual([]);
      });

      test("of another generation are never seen", async () => {
        await letters("a");
        expect(await make(2).list({ partition, range: {}, descending: false, limit: 9 })).toEqual(
          [],
        );
        expect(await make(11).list({ partition, range: {}, descending: false, limit: 9 })).toEqual(
          [],
        );
      });

      test("of a user who is named like a checkpoint are all that this user is shown", async () => {
        const stream = `sample-${randomUUID()}`;
        partition = `@${stream}`;
        await letters("a");
        await rows.advance(stream, 3);
        expect(await sorts()).toEqual(["a"]);
        expect(await rows.checkpoints([stream])).toEqual(new Map([[stream, 3]]));
      });
    });

    describe("the order of rows", () => {
      test("is that of their sort values, either way", async () => {
        await letters("b", "d", "a", "c");
        expect(await sorts()).toEqual(["a", "b", "c", "d"]);
        expect(await sorts({ descending: true })).toEqual(["d", "c", "b", "a"]);
      });

      test("is by event where the sort values are equal", async () => {
        await rows.put([rowAt("a", 10), rowAt("a", 9), rowAt("a", 2)]);
        expect((await ask()).map(({ values }) => values.version)).toEqual([2, 9, 10]);
      });

      test("is that of code points, not of UTF-16", async () => {
        await letters("\u{1F600}", "\uffee");
        expect(await sorts()).toEqual(["\uffee", "\u{1F600}"]);
        expect(await sorts({ range: { from: "\uffee" } })).toEqual(["\uffee", "\u{1F600}"]);
        expect(await sorts({ range: { below: "\u{1F600}" } })).toEqual(["\uffee"]);
      });

      test.each([
        [{ from: "b" }, ["b", "c", "d"]],
        [{ below: "c" }, ["a", "b"]],
        [{ above: "b" }, ["c", "d"]],
        [{ from: "b", below: "d" }, ["b", "c"]],
        [{ above: "a", below: "d" }, ["b", "c"]],
        [{ from: "b", below: "b" }, []],
        [{ from: "c", below: "b" }, []],
        [{ above: "d" }, []],
        [{ from: "bb", below: "cc" }, ["c"]],
      ])("has the part %o", async (range, expected) => {
        await letters("a", "b", "c", "d");
        expect(await sorts({ range })).toEqual(expected);
        expect(await sorts({ range, descending: true })).toEqual(expected.toReversed());
        expect(await sorts({ range, limit: 1 })).toEqual(expected.slice(0, 1));
      });

      const walk = async (query: Partial<LedgerQuery>): Promise<readonly string[]> => {
        const seen: LedgerRow[] = [];
        for (let pages = 0; pages < 20; pages++) {
          const after = seen.at(-1)?.key;
          const page = await ask({ ...query, ...(after === undefined ? {} : { after }) });
          expect(page.length).toBeLessThanOrEqual(query.limit ?? 0);
          seen.push(...page);
          if (page.length < (query.limit ?? 0)) break;
        }
        return seen.map(({ sort }) => sort);
      };

      test.each([1, 2, 3, 6, 7])("is followed page by page, %i at a time", async (limit) => {
        const all = ["a", "b", "c", "d", "e", "f"];
        await letters(...all);
        expect(await walk({ limit })).toEqual(all);
        expect(await walk({ limit, descending: true })).toEqual(all.toReversed());
        const range = { from: "b", below: "f" };
        expect(await walk({ limit, range })).toEqual(["b", "c", "d", "e"]);
        expect(await walk({ limit, range, descending: true })).toEqual(["e", "d", "c", "b"]);
      });

      test("goes on after a row that is outside the part that is asked for", async () => {
        await letters("a", "b", "c");
        const { key: after } = rowAt("c");
        expect(await sorts({ after, range: { below: "c" } })).toEqual([]);
        const { key: before } = rowAt("a");
        expect(await sorts({ after: before, range: { from: "b" } })).toEqual(["b", "c"]);
        expect(await sorts({ after: before, range: { from: "b" }, descending: true })).toEqual([]);
      });
    });

    describe("checkpoints", () => {
      const newStream = (): string => `sample-${randomUUID()}`;

      test("are absent before the first", async () => {
        expect(await rows.checkpoints([newStream()])).toEqual(new Map());
        expect(await rows.checkpoints([])).toEqual(new Map());
      });

      test("only go forwards", async () => {
        const stream = newStream();
        const seen: (number | undefined)[] = [];
        for (const version of [3, 7, 7, 5]) {
          await rows.advance(stream, version);
          seen.push((await rows.checkpoints([stream])).get(stream));
        }
        expect(seen).toEqual([3, 7, 7, 7]);
      });

      test("are read for many streams at once, each asked for once or twice", async () => {
        const streams = Array.from({ length: 120 }, newStream);
        await Promise.all(streams.map((stream, index) => rows.advance(stream, index + 1)));
        const expected = new Map(streams.map((stream, index) => [stream, index + 1]));
        expect(await rows.checkpoints([...streams, ...streams, newStream()])).toEqual(expected);
      });

      test("of another generation are never seen", async () => {
        const stream = newStream();
        await rows.advance(stream, 3);
        expect(await make(2).checkpoints([stream])).toEqual(new Map());
      });
    });
  });
};
