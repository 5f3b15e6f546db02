import { PutCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createLogWalker } from "../../../lib/adapters/dynamodb/log-walker.ts";
import type { Commit } from "../../../lib/core/log/commit.ts";
import {
  behindStream,
  type Damaged,
  isDamaged,
  type WalkCursor,
  type WalkPage,
} from "../../../lib/core/log/segments.ts";
import { eventTable } from "../../../lib/core/system/tables.ts";
import { newStream, sampleChain, sampleCommit } from "../../sample-commit.ts";
import { type StartedStore, startStore } from "./started-store.ts";

type Page = WalkPage<Commit | Damaged>;

/** Small streams, and one whose commits need several pages. */
const small = Array.from({ length: 40 }, () => sampleChain(newStream(), [1, 2, 1]));
const large = sampleChain(newStream(), [1, 1, 1, 1, 1, 1, 1, 1], { bytes: 300_000 });
const log = [...small.flat(), ...large];

let started: StartedStore;

beforeAll(async () => {
  started = await startStore([eventTable]);
  for (const Item of log)
    await started.client.send(new PutCommand({ TableName: eventTable.name, Item }));
});

afterAll(() => started.stop());

const walk = async (
  segment: number,
  segments: number,
  from?: WalkCursor,
): Promise<readonly Page[]> => {
  const walker = createLogWalker(started.client, eventTable.name);
  const pages: Page[] = [];
  let after = from;
  do {
    const page: Page = await walker.commits({ segment, segments, ...(after ? { after } : {}) });
    pages.push(page);
    after = page.next;
  } while (after);
  return pages;
};

const walkAll = async (segments: number): Promise<readonly (readonly Page[])[]> =>
  Promise.all(Array.from({ length: segments }, (_, segment) => walk(segment, segments)));

const keyOf = ({ stream, version }: Commit | Damaged): string => `${stream}@${version}`;

describe("a walk through the log", () => {
  test.each([1, 3, 8])("meets every commit once, in %i segments", async (segments) => {
    const items = (await walkAll(segments)).flat().flatMap((page) => page.items);
    expect(items.map(keyOf).sort()).toEqual(log.map(keyOf).sort());
    const first = small[0]?.[0];
    expect(items.find((item) => first && keyOf(item) === keyOf(first))).toEqual(first);
  });

  test.each([1, 8])(
    "keeps streams together, in the order of their versions, in %i segments",
    async (segments) => {
      for (const pages of await walkAll(segments)) {
        const items = pages.flatMap((page) => page.items);
        const streams = items.map(({ stream }) => stream);
        const changes = streams.filter((stream, at) => stream !== streams[at - 1]);
        expect(changes).toEqual([...new Set(streams)]);
        for (const [at, item] of items.entries()) {
          const before = items[at - 1];
          if (before?.stream === item.stream) expect(item.version).toBeGreaterThan(before.version);
        }
      }
    },
  );

  test("meets the same by its keys alone, page by page", async () => {
    const walker = createLogWalker(started.client, eventTable.name);
    let after: WalkCursor | undefined;
    for (const { items, next } of await walk(0, 1)) {
      const keys = await walker.keys({ segment: 0, segments: 1, ...(after ? { after } : {}) });
      expect(keys.items).toEqual(items.map(({ stream, version }) => ({ stream, version })));
      expect(keys.next).toEqual(next);
      after = next;
    }
  });

  test("meets each stream once that goes on behind every stream that it meets, one key at a time", async () => {
    const walker = createLogWalker(started.client, eventTable.name);
    const met: string[] = [];
    let after: WalkCursor | undefined;
    do {
      const options = { segment: 0, segments: 1, limit: 1, ...(after ? { after } : {}) };
      const { items, next } = await walker.keys(options);
      met.push(...items.map(({ stream, version }) => `${stream}@${version}`));
      after = next && items[0] ? behindStream(items[0].stream) : next;
    } while (after);
    const streams = new Set(log.map(({ stream }) => stream));
    expect(met.toSorted()).toEqual([...streams].map((stream) => `${stream}@1`).toSorted());
  });

  test("ends pages at about a megabyte, and says where it goes on: after the last commit that it met", async () => {
    const pages = await walk(0, 1);
    expect(pages.length).toBeGreaterThan(2);
    for (const { items, next } of pages.slice(0, -1)) {
      const last = items.at(-1);
      expect(next).toEqual({ stream: last?.stream, version: last?.version });
    }
    const middle = pages.find(({ next }) => next?.stream === large[0].stream);
    expect(middle).toBeDefined();
  });

  test("tells what is damaged, where it stands, and goes on", async () => {
    const stream = newStream();
    const [first, second, third] = sampleChain(stream, [1, 1, 1]);
    const broken = { ...second, people: "nobody" };
    for (const Item of [first, broken, third])
      await started.client.send(new PutCommand({ TableName: eventTable.name, Item }));
    const items = (await walkAll(2)).flat().flatMap((page) => page.items);
    const own = items.filter((item) => item.stream === stream);
    expect(own).toEqual([
      first,
      { stream, version: 2, damage: expect.stringContaining("people") },
      third,
    ]);
    expect(own.map(isDamaged)).toEqual([false, true, false]);
  });

  test("meets what was committed behind its place after it began", async () => {
    const [{ items, next } = { items: [], next: undefined }] = await walk(0, 1);
    const last = items.at(-1);
    if (!last || !next || isDamaged(last)) throw new Error("The first page is the last.");
    const rest = log.filter(({ stream }) => stream === last.stream);
    const Item = sampleCommit(last.stream, rest.at(-1));
    await started.client.send(new PutCommand({ TableName: eventTable.name, Item }));
    const behind = (await walk(0, 1, next)).flatMap((page) => page.items);
    expect(behind.map(keyOf)).toContain(keyOf(Item));
  });
});
