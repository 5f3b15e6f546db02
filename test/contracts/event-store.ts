import { randomUUID } from "node:crypto";
import { beforeEach, describe, expect, test } from "vitest";
import type { IdempotencyRecord, IdempotencyRecords } from "../../lib/core/command/idempotency.ts";
import type { Commit } from "../../lib/core/log/commit.ts";
import { type EventStore, readRange } from "../../lib/core/log/event-store.ts";
import { newStream, sampleChain, sampleCommit } from "../sample-commit.ts";

/** A log, and the idempotency records that its transactions write. */
export interface EventStoreUnderTest {
  readonly store: EventStore;
  readonly records: IdempotencyRecords;
}

const strong = { consistent: true } as const;
const written = { outcome: "written" };

const recordAnswering = (version: number, secondsLeft = 3600): IdempotencyRecord => ({
  key: randomUUID(),
  fingerprint: `fingerprint-${version}`,
  answer: {
    streams: [
      {
        stream: "account-1",
        version,
        created: version === 1,
        events: [{ type: "Noted", version }],
      },
    ],
  },
  expires: Math.floor(Date.now() / 1000) + secondsLeft,
});

const versions = (commits: readonly Commit[]): readonly number[] =>
  commits.map(({ version }) => version);

/**
 * What every log promises. `make` gives one, fresh or not: each test writes streams and records of its own.
 */
export const describeEventStore = (
  name: string,
  make: () => EventStoreUnderTest | Promise<EventStoreUnderTest>,
): void => {
  let store: EventStore;
  let records: IdempotencyRecords;
  let stream: string;
  const all = async (of = stream): Promise<readonly Commit[]> => {
    const commits: Commit[] = [];
    for await (const commit of readRange(store, of, { from: 1, ...strong })) commits.push(commit);
    return commits;
  };
  const given = async (...commits: readonly Commit[]): Promise<void> => {
    for (const commit of commits) expect(await store.append([commit])).toEqual(written);
  };
  const setUp = async (): Promise<void> => {
    ({ store, records } = await make());
    stream = newStream();
  };

  describe(`${name}: reading the log`, () => {
    beforeEach(setUp);

    test("gives a commit back exactly as it was written", async () => {
      const data = {
        text: 'Zoë \u{1F600} \u0000 "quoted"',
        empty: "",
        nothing: null,
        yes: true,
        numbers: [0, -1, 0.1, 1e-7, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER],
        binary: Uint8Array.of(0, 1, 254, 255),
        nested: { list: [[], {}, ["a"]] },
      };
      const commit = sampleCommit(stream, undefined, {
        events: [{ type: "Noted", schema: 3, data }],
        owner: "auth0|ann",
        people: ["ann", "ben"],
        snapshot: { schema: 2, state: data },
      });
      await given(commit);
      expect(await all()).toEqual([commit]);
    });

    test("has no commits of a stream that was never written", async () => {
      expect(await store.tail(stream, { limit: 4, ...strong })).toEqual([]);
      expect(await store.range(stream, { from: 1, ...strong })).toEqual({ commits: [] });
    });

    test("shows the last commits newest first, as many as are asked for", async () => {
      const chain = sampleChain(stream, [1, 3, 2, 1]);
      await given(...chain);
      const tail = await store.tail(stream, { limit: 3, ...strong });
      expect(tail).toEqual(chain.slice(1).toReversed());
      expect(versions(await store.tail(stream, { limit: 9, ...strong }))).toEqual([7, 5, 2, 1]);
    });

    test("shows the last commits up to a version, one that holds it included", async () => {
      await given(...sampleChain(stream, [1, 3, 2, 1]));
      const upTo = async (version: number) =>
        versions(await store.tail(stream, { limit: 2, upTo: version, ...strong }));
      expect(await upTo(0)).toEqual([]);
      expect(await upTo(1)).toEqual([1]);
      expect(await upTo(2)).toEqual([2, 1]);
      expect(await upTo(4)).toEqual([2, 1]);
      expect(await upTo(5)).toEqual([5, 2]);
      expect(await upTo(99)).toEqual([7, 5]);
    });

    test("reads a range oldest first, both ends included", async () => {
      const chain = sampleChain(stream, [1, 3, 2, 1]);
      await given(...chain);
      const { commits, next } = await store.range(stream, { from: 2, to: 5, ...strong });
      expect(commits).toEqual(chain.slice(1, 3));
      expect(next).toBeUndefined();
    });

    test.each([1, 2, 3, 4, 5])("pages through a stream %i commits at a time", async (limit) => {
      const chain = sampleChain(stream, [1, 3, 2, 1]);
      await given(...chain);
      const seen: Commit[] = [];
      let from: number | undefined = 1;
      for (let pages = 0; from !== undefined && pages < 9; pages++) {
        const page = await store.range(stream, { from, limit, ...strong });
        expect(page.commits.length).toBeLessThanOrEqual(limit);
        seen.push(...page.commits);
        from = page.next;
      }
      expect(from).toBeUndefined();
      expect(seen).toEqual(chain);
    });

    test("reads a range that is larger than one page of the store", async () => {
      const chain = sampleChain(stream, [1, 1, 1, 1], { bytes: 380 * 1024 });
      await given(...chain);
      expect(versions(await all())).toEqual([1, 2, 3, 4]);
    });

    test("keeps streams apart whose names begin alike", async () => {
      const other = `${stream}-more`;
      await given(sampleCommit(stream), sampleCommit(other));
      expect(await all()).toHaveLength(1);
      expect(await store.tail(stream, { limit: 4, ...strong })).toHaveLength(1);
    });
  });

  describe(`${name}: appending one commit`, () => {
    beforeEach(setUp);

    test("refuses a key that is taken, changes nothing, and tells what stands there", async () => {
      const [first] = sampleChain(stream, [2]);
      await given(first);
      const rival = sampleCommit(stream);
      expect(await store.append([rival])).toEqual({ outcome: "conflict", winners: [first] });
      expect(await all()).toEqual([first]);
    });

    test("tells a writer whose answer was lost that its own commit stands there", async () => {
      const commit = sampleCommit(stream);
      await given(commit);
      expect(await store.append([commit])).toEqual({ outcome: "conflict", winners: [commit] });
      expect(await all()).toEqual([commit]);
    });

    test("lets exactly one of many writers have a key", async () => {
      const rivals = Array.from({ length: 16 }, () => sampleCommit(stream));
      const outcomes = await Promise.all(rivals.map((rival) => store.append([rival])));
      const winner = rivals.filter((_, index) => outcomes[index]?.outcome === "written");
      expect(winner).toHaveLength(1);
      expect(await all()).toEqual(winner);
      const losers = outcomes.filter(({ outcome }) => outcome === "conflict");
      expect(losers).toHaveLength(15);
    });
  });

  describe(`${name}: appending to several streams`, () => {
    let other: string;
    beforeEach(async () => {
      await setUp();
      other = newStream();
    });

    test("writes all", async () => {
      const [one, two] = [sampleCommit(stream), sampleCommit(other)];
      expect(await store.append([one, two])).toEqual(written);
      expect([await all(), await all(other)]).toEqual([[one], [two]]);
    });

    test.each([0, 1])("writes none when key %i is taken, and names that one", async (taken) => {
      const pair = [sampleCommit(stream), sampleCommit(other)];
      const winner = sampleCommit(taken === 0 ? stream : other);
      await given(winner);
      expect(await store.append(pair)).toEqual({ outcome: "conflict", winners: [winner] });
      expect([...(await all()), ...(await all(other))]).toEqual([winner]);
    });

    test("names every commit that is in the way", async () => {
      const winners = [sampleCommit(stream), sampleCommit(other)];
      await given(...winners);
      const pair = [sampleCommit(stream), sampleCommit(other)];
      expect(await store.append(pair)).toEqual({ outcome: "conflict", winners });
    });

    test("tells a writer whose answer was lost that its own commits stand there", async () => {
      const pair = [sampleCommit(stream), sampleCommit(other)];
      expect(await store.append(pair)).toEqual(written);
      expect(await store.append(pair)).toEqual({ outcome: "conflict", winners: pair });
    });
  });

  describe(`${name}: appending with an idempotency record`, () => {
    beforeEach(setUp);

    test("keeps the record with the commit", async () => {
      const record = recordAnswering(1);
      const commit = sampleCommit(stream);
      expect(await store.append([commit], record)).toEqual(written);
      expect(await records.find(record.key)).toEqual(record);
      expect(await all()).toEqual([commit]);
    });

    test("keeps no record when the key is taken", async () => {
      const winner = sampleCommit(stream);
      await given(winner);
      const record = recordAnswering(1);
      const conflict = { outcome: "conflict", winners: [winner] };
      expect(await store.append([sampleCommit(stream)], record)).toEqual(conflict);
      expect(await records.find(record.key)).toBeUndefined();
    });

    test("writes nothing when a record stands, and tells it", async () => {
      const record = recordAnswering(1);
      await records.keep(record);
      const late = { ...recordAnswering(2), key: record.key };
      const conflict = { outcome: "conflict", winners: [], record };
      expect(await store.append([sampleCommit(stream)], late)).toEqual(conflict);
      expect(await all()).toEqual([]);
    });

    test("tells a writer whose answer was lost both its commit and its record", async () => {
      const record = recordAnswering(1);
      const commit = sampleCommit(stream);
      await store.append([commit], record);
      const conflict = { outcome: "conflict", winners: [commit], record };
      expect(await store.append([commit], record)).toEqual(conflict);
    });

    test("replaces a record that has expired", async () => {
      const expired = recordAnswering(1, -10);
      await records.keep(expired);
      const record = { ...recordAnswering(2), key: expired.key };
      expect(await store.append([sampleCommit(stream)], record)).toEqual(written);
      expect(await records.find(record.key)).toEqual(record);
    });
  });

  describe(`${name}: idempotency records of their own`, () => {
    beforeEach(setUp);

    test("has none under a key that was never used", async () => {
      expect(await records.find(randomUUID())).toBeUndefined();
    });

    test("keeps the first record under a key, and answers the one that stands", async () => {
      const first = recordAnswering(1);
      const second = { ...recordAnswering(2), key: first.key };
      expect(await records.keep(first)).toEqual(first);
      expect(await records.keep(second)).toEqual(first);
      expect(await records.find(first.key)).toEqual(first);
    });

    test("forgets a record that has expired", async () => {
      const expired = recordAnswering(1, -10);
      await records.keep(expired);
      expect(await records.find(expired.key)).toBeUndefined();
      const next = { ...recordAnswering(2), key: expired.key };
      expect(await records.keep(next)).toEqual(next);
    });

    test("keeps the answer of an empty decision", async () => {
      const answer = {
        streams: [{ stream: "account-1", version: 7, created: false, events: [] }],
      };
      const record = { ...recordAnswering(7), answer };
      await records.keep(record);
      expect(await records.find(record.key)).toEqual(record);
    });
  });
};
