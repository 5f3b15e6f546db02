import fc from "fast-check";
import { beforeEach, describe, expect, test } from "vitest";
import type { Commit } from "../../../lib/core/log/commit.ts";
import { defaultSnapshotPolicy } from "../../../lib/core/log/snapshot.ts";
import { applyDocument } from "../../../lib/core/view/apply-document.ts";
import { documentView, rowOf } from "../../../lib/core/view/document-view.ts";
import { runs } from "../../effort.ts";
import { jar } from "../../jar.ts";
import { type JarHistory, jarHistory, noSnapshots, snapshotEvery } from "../../jar-history.ts";
import { createMemoryDocumentRows, type MemoryDocumentRows } from "../../memory-document-rows.ts";
import { createMemoryEventStore, type MemoryEventStore } from "../../memory-event-store.ts";

const view = documentView(jar);
const counts = [1, 2, 1, 3, 1, 1, 2, 1];

let rows: MemoryDocumentRows;
let store: MemoryEventStore;
let history: JarHistory;

const begin = (policy = noSnapshots): void => {
  rows = createMemoryDocumentRows();
  store = createMemoryEventStore();
  history = jarHistory("1", counts, { policy });
  store.plant(history.stream, history.commits);
};
const apply = (commits: readonly Commit[]) =>
  applyDocument(view, rows, store, history.stream, commits);
const row = () => rows.standing.get(history.stream);
const rowAfter = (commits: number) => {
  const state = history.states[commits - 1];
  if (!state) throw new Error(`There are no ${commits} commits.`);
  return rowOf(view, state);
};
const some = (from: number, to: number) => history.commits.slice(from, to);

describe("the row of a stream", () => {
  beforeEach(() => begin());

  test("follows its commits, one after the other", async () => {
    for (let count = 1; count <= counts.length; count++) {
      await apply(some(count - 1, count));
      expect(row()).toEqual(rowAfter(count));
    }
    expect(store.calls).toEqual([]);
  });

  test("takes a whole batch in one read and one write", async () => {
    await apply(history.commits);
    expect(row()).toEqual(rowAfter(counts.length));
    expect(rows.calls).toMatchObject({ get: 1, put: 1 });
    expect(store.calls).toEqual([]);
  });

  test("stays as it is when commits come again, without being written", async () => {
    await apply(some(0, 5));
    await apply(some(0, 3));
    await apply(some(4, 5));
    expect(row()).toEqual(rowAfter(5));
    expect(rows.calls.put).toBe(1);
  });

  test("takes only what it has not seen of a batch that overlaps", async () => {
    await apply(some(0, 3));
    await apply(some(1, 6));
    expect(row()).toEqual(rowAfter(6));
    expect(store.calls).toEqual([]);
  });

  test("fills a gap from the log, read strongly, and goes to its head", async () => {
    await apply(some(0, 2));
    await apply(some(4, 5));
    expect(row()).toEqual(rowAfter(counts.length));
    expect(store.calls).toEqual([{ call: "range", consistent: true }]);
  });

  test("fills a gap inside a batch too", async () => {
    await apply([...some(0, 2), ...some(4, 5)]);
    expect(row()).toEqual(rowAfter(counts.length));
  });

  test("starts from the log when the first notification is not the first commit", async () => {
    await apply(some(3, 4));
    expect(row()).toEqual(rowAfter(counts.length));
  });

  test("is brought to the head of the log without any notification", async () => {
    await apply([]);
    expect(row()).toEqual(rowAfter(counts.length));
    await apply([]);
    expect(rows.calls.put).toBe(1);
  });

  test("is not made for a stream that does not exist", async () => {
    await applyDocument(view, rows, store, "jar-2", []);
    expect(rows.standing.size).toBe(0);
  });

  test("is never replaced by an earlier version that was read before", async () => {
    const get = rows.get;
    rows.get = async (...asked) => {
      const found = await get(...asked);
      rows.get = get;
      await apply(some(0, 6));
      return found;
    };
    await apply(some(0, 2));
    expect(row()).toEqual(rowAfter(6));
  });
});

describe("a snapshot among the commits", () => {
  beforeEach(() => begin(defaultSnapshotPolicy));

  test("makes reading the row and the log unnecessary", async () => {
    await apply(some(5, 7));
    expect(row()).toEqual(rowAfter(7));
    expect(rows.calls.get).toBe(0);
    expect(store.calls).toEqual([]);
  });

  test("does not bring an earlier version back", async () => {
    await apply(some(0, 7));
    await apply(some(2, 3));
    expect(row()).toEqual(rowAfter(7));
  });

  test("before a gap does not hide what is missing after it", async () => {
    begin(snapshotEvery(4));
    const carriers = history.commits.filter(({ snapshot }) => snapshot);
    expect(carriers.map(({ version }) => version)).toEqual([4, 8, 12]);
    await apply([...some(0, 3), ...some(5, 6)]);
    expect(row()).toEqual(rowAfter(counts.length));
  });
});

describe("whatever notifications come", () => {
  const policies = [noSnapshots, defaultSnapshotPolicy, snapshotEvery(3)] as const;
  // A batch is what a stream's records of one delivery are grouped into: each commit once, in order.
  const batch = fc.subarray([...counts.keys()]);

  test("a row is always the fold of a prefix that holds all that was told", async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...policies), fc.array(batch), async (policy, batches) => {
        begin(policy);
        let told = 0;
        for (const indexes of batches) {
          await apply(indexes.flatMap((index) => history.commits[index] ?? []));
          told = Math.max(told, indexes.length === 0 ? counts.length : Math.max(...indexes) + 1);
          const applied = history.states.findIndex(({ version }) => version === row()?.version);
          expect(applied + 1).toBeGreaterThanOrEqual(told);
          expect(row()).toEqual(rowAfter(applied + 1));
        }
      }),
      runs(100),
    );
  });
});
