import { beforeEach, describe, expect, test } from "vitest";
import { applyHead } from "../../../lib/core/view/apply-head.ts";
import { documentView, rowOf } from "../../../lib/core/view/document-view.ts";
import { jar } from "../../jar.ts";
import { type JarHistory, jarHistory, noSnapshots, snapshotEvery } from "../../jar-history.ts";
import { createMemoryDocumentRows, type MemoryDocumentRows } from "../../memory-document-rows.ts";
import { createMemoryEventStore, type MemoryEventStore } from "../../memory-event-store.ts";

const view = documentView(jar);
const counts = Array.from({ length: 40 }, (_, at) => 1 + (at % 3));

let rows: MemoryDocumentRows;
let store: MemoryEventStore;

const begin = (history: JarHistory): void => {
  store.plant(history.stream, history.commits);
};
const rowAfter = ({ states }: JarHistory, commits: number) => {
  const state = states[commits - 1];
  if (!state) throw new Error(`There are no ${commits} commits.`);
  return rowOf(view, state);
};

beforeEach(() => {
  rows = createMemoryDocumentRows();
  store = createMemoryEventStore();
});

describe("the row of a stream", () => {
  test.each([
    ["a snapshot in each commit", {}, 1],
    ["a snapshot now and then", { policy: snapshotEvery(20) }, 2],
    ["no snapshot at all", { policy: noSnapshots }, 2],
  ])("is brought to the head of a log with %s", async (_, options, queries) => {
    const history = jarHistory("1", counts, options);
    begin(history);
    expect(await applyHead(view, rows, store, history.stream)).toBe(79);
    expect(rows.standing.get(history.stream)).toEqual(rowAfter(history, counts.length));
    expect(rows.calls).toMatchObject({ get: 0, put: 1 });
    expect(store.calls).toHaveLength(queries);
  });

  test("is read strongly from the log", async () => {
    const history = jarHistory("1", counts);
    begin(history);
    const asked: boolean[] = [];
    const tail: MemoryEventStore["tail"] = (stream, options) => {
      asked.push(options.consistent);
      return store.tail(stream, options);
    };
    await applyHead(view, rows, { ...store, tail }, history.stream);
    expect(asked).toEqual([true]);
  });

  test("stays when it is ahead of what was loaded", async () => {
    const history = jarHistory("1", counts);
    begin({ ...history, commits: history.commits.slice(0, 10) });
    await rows.put(rowAfter(history, 12));
    await applyHead(view, rows, store, history.stream);
    expect(rows.standing.get(history.stream)).toEqual(rowAfter(history, 12));
  });
});
