import { randomBytes, randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createDocumentRows } from "../../../lib/adapters/dynamodb/document-rows.ts";
import { createMeter } from "../../../lib/core/meter.ts";
import {
  type DocumentRow,
  type DocumentRows,
  documentView,
  ownerIndex,
  type RowPosition,
  type RowQuery,
  sortText,
} from "../../../lib/core/view/document-view.ts";
import account from "../../../lib/domains/account/index.ts";
import { type StartedStore, startStore } from "./started-store.ts";

const view = documentView(account);
const strong = { consistent: true };

let started: StartedStore;
let rows: DocumentRows;
let owner: string;
let currency: string;

const rowsOf = (generation: number, client = started.client): DocumentRows =>
  createDocumentRows(client, view.table.name, view, generation);

beforeAll(async () => {
  started = await startStore([view.table]);
});

beforeEach(() => {
  rows = rowsOf(1);
  owner = randomUUID();
  currency = randomUUID();
});

afterAll(() => started.stop());

const rowAt = (stream: string, version: number, deposits?: number, bytes = 0): DocumentRow => ({
  stream,
  version,
  time: "2026-11-01T12:00:00.000Z",
  hash: Uint8Array.from(randomBytes(32)),
  state: { schema: 1, state: { balance: version, memo: null, padding: "x".repeat(bytes) } },
  entries: {
    [ownerIndex]: { partition: owner, sort: stream },
    ...(deposits === undefined
      ? {}
      : { vips: { partition: currency, sort: sortText(deposits, stream) } }),
  },
});

const putAll = async (all: readonly DocumentRow[], to = rows): Promise<void> => {
  for (const row of all) expect(await to.put(row)).toBe(true);
};

const owned = (limit = 100): RowQuery => ({
  index: ownerIndex,
  partition: owner,
  descending: false,
  limit,
});
const vips = (limit = 100): RowQuery => ({
  index: "vips",
  partition: currency,
  descending: true,
  limit,
});

const depositsOf = (row: DocumentRow): number => Number.parseInt(row.entries.vips?.sort ?? "", 10);

const positionIn = (index: string, row: DocumentRow): RowPosition => ({
  sort: row.entries[index]?.sort ?? "",
  stream: row.stream,
});

/** All rows of an index, read page by page. */
const walk = async (query: RowQuery): Promise<readonly DocumentRow[]> => {
  const seen: DocumentRow[] = [];
  let after: RowPosition | undefined;
  for (let pages = 0; pages < 100; pages++) {
    const page = await rows.list(after ? { ...query, after } : query);
    expect(page.length).toBeLessThanOrEqual(query.limit);
    seen.push(...page);
    const last = page.at(-1);
    if (!last || page.length < query.limit) return seen;
    after = positionIn(query.index, last);
  }
  throw new Error("The pages do not end.");
};

const streams = (found: readonly DocumentRow[]): readonly string[] =>
  found.map(({ stream }) => stream);

describe("a row", () => {
  test("comes back exactly as it was written", async () => {
    const state = {
      text: 'Zoë \u{1F600} "quoted"',
      nothing: null,
      numbers: [0, -1, 0.1, 1e-7, Number.MAX_SAFE_INTEGER],
      sealed: Uint8Array.of(0, 1, 254, 255),
      nested: { list: [[], {}] },
    };
    const row = { ...rowAt("account-1", 3, 1_500_000), state: { schema: 2, state } };
    await putAll([row]);
    expect(await rows.get("account-1", strong)).toEqual(row);
    expect(await rows.list(vips())).toEqual([row]);
  });

  test("is not there before it was written", async () => {
    expect(await rows.get(randomUUID(), strong)).toBeUndefined();
    expect(await rows.list(owned())).toEqual([]);
  });

  test("is replaced by a later version only", async () => {
    const stream = randomUUID();
    await putAll([rowAt(stream, 5)]);
    const standing = rowAt(stream, 7, 20);
    expect(await rows.put(standing)).toBe(true);
    expect(await rows.put(rowAt(stream, 7))).toBe(false);
    expect(await rows.put(rowAt(stream, 6))).toBe(false);
    expect(await rows.put(rowAt(stream, 1))).toBe(false);
    expect(await rows.get(stream, strong)).toEqual(standing);
  });

  test("ends at the latest of versions that are written at once", async () => {
    const stream = randomUUID();
    const versions = Array.from({ length: 40 }, (_, index) => 1 + ((index * 17) % 40));
    await Promise.all(versions.map((version) => rows.put(rowAt(stream, version))));
    expect((await rows.get(stream, strong))?.version).toBe(40);
  });

  test("that is refused is counted with the units it is charged", async () => {
    const stream = randomUUID();
    await putAll([rowAt(stream, 2)]);
    const meter = createMeter();
    await rowsOf(1, started.connection.metered(meter)).put(rowAt(stream, 1, undefined, 2_500));
    expect(meter.used).toEqual({ roundTrips: 1, readUnits: 0, writeUnits: 3 });
  });
});

describe("an index", () => {
  test("shows one partition only, of names that begin alike too", async () => {
    const rowOf = (partition: string): DocumentRow => {
      const stream = randomUUID();
      return { ...rowAt(stream, 1), entries: { [ownerIndex]: { partition, sort: stream } } };
    };
    const mine = rowOf(owner);
    await putAll([rowOf(`${owner}-2`), mine, rowOf(owner.slice(0, -1))]);
    expect(await rows.list(owned())).toEqual([mine]);
  });

  test("stands in the order of its strings, both ways", async () => {
    const names = ["B", "_", "a", "a-", "b", "é"].map((name) => `account-${owner}-${name}`);
    await putAll([...names].reverse().map((name) => rowAt(name, 1)));
    expect(streams(await rows.list(owned()))).toEqual(names);
    const downward = await rows.list({ ...owned(), descending: true });
    expect(streams(downward)).toEqual([...names].reverse());
  });

  test("stands in the order of its numbers, not of their digits", async () => {
    const sums = [0, 9, 10, 100, Number.MAX_SAFE_INTEGER];
    await putAll(sums.map((sum) => rowAt(randomUUID(), 1, sum)));
    const found = await rows.list({ ...vips(), descending: false });
    expect(found.map(depositsOf)).toEqual(sums);
    expect(streams(await rows.list(vips()))).toEqual(streams(found).toReversed());
  });

  test("follows a row to its new place, and loses one that has none any more", async () => {
    const [one, two] = [randomUUID(), randomUUID()];
    await putAll([rowAt(one, 1, 10), rowAt(two, 1, 20)]);
    await putAll([rowAt(one, 2, 30)]);
    expect(streams(await rows.list(vips()))).toEqual([one, two]);
    await putAll([rowAt(two, 2)]);
    expect(streams(await rows.list(vips()))).toEqual([one]);
    expect((await rows.get(two, strong))?.entries).not.toHaveProperty("vips");
  });

  test.each([1, 2, 3, 7, 20, 21])("pages by strings, %i rows at a time", async (limit) => {
    const names = Array.from({ length: 20 }, (_, index) => `account-${owner}-${10 + index}`);
    await putAll(names.map((name) => rowAt(name, 1)));
    expect(streams(await walk(owned(limit)))).toEqual(names);
    const downward = await walk({ ...owned(limit), descending: true });
    expect(streams(downward)).toEqual([...names].reverse());
  });

  test.each([1, 2, 3, 7, 20, 21])("pages by numbers, %i rows at a time", async (limit) => {
    // Two thirds of the rows share their number with others.
    const sums = Array.from({ length: 20 }, (_, index) => Math.max(0, index - 12));
    await putAll(sums.map((sum) => rowAt(randomUUID(), 1, sum)));
    const downward = await walk(vips(limit));
    expect(downward.map(depositsOf)).toEqual([...sums].reverse());
    expect(new Set(streams(downward)).size).toBe(20);
    const upward = await walk({ ...vips(limit), descending: false });
    expect(streams(upward)).toEqual(streams(downward).toReversed());
  });

  test("fills a page with large rows, of which 1 MB holds a few only", async () => {
    const names = Array.from({ length: 7 }, (_, index) => `account-${owner}-${index}`);
    await putAll(names.map((name) => rowAt(name, 1, undefined, 300 * 1024)));
    expect(streams(await rows.list(owned(7)))).toEqual(names);
    expect(streams(await rows.list(owned(6)))).toEqual(names.slice(0, 6));
    expect(streams(await walk(owned(5)))).toEqual(names);
  });
});

describe("generations", () => {
  test.each([
    [1, 2],
    [1, 11],
  ])("%i and %i never meet", async (first, second) => {
    const stream = randomUUID();
    const [older, newer] = [rowAt(stream, 9, 10), rowAt(stream, 1, 20)];
    await putAll([older], rowsOf(first));
    expect(await rowsOf(second).get(stream, strong)).toBeUndefined();
    expect(await rowsOf(second).list(vips())).toEqual([]);
    await putAll([newer], rowsOf(second));
    for (const query of [vips(), owned()]) {
      expect(await rowsOf(first).list(query)).toEqual([older]);
      expect(await rowsOf(second).list(query)).toEqual([newer]);
    }
    expect(await rowsOf(first).get(stream, strong)).toEqual(older);
  });
});
