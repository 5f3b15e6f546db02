import { describe, expect, test } from "vitest";
import { catchUp, commitHolding, load } from "../../../lib/core/log/load.ts";
import { emptyStream } from "../../../lib/core/log/loaded.ts";
import { jar } from "../../jar.ts";
import { type JarOptions, jarHistory, noSnapshots, snapshotEvery } from "../../jar-history.ts";
import { createMemoryEventStore, type MemoryOptions } from "../../memory-event-store.ts";

const strong = { consistent: true } as const;
const loose = { consistent: false } as const;

const storeWith = (counts: readonly number[], options?: JarOptions, memory?: MemoryOptions) => {
  const store = createMemoryEventStore(memory);
  const history = jarHistory("1", counts, options);
  store.plant(history.stream, history.commits);
  return { store, ...history, head: history.states.at(-1) };
};
const ones = (count: number): readonly number[] => Array.from({ length: count }, () => 1);

describe("loading a stream", () => {
  test("gives an empty one before its first commit, with one query", async () => {
    const { store } = storeWith([1]);
    expect(await load(jar, store, "jar-2", strong)).toEqual(emptyStream(jar, "jar-2"));
    expect(store.calls).toEqual([{ call: "tail", ...strong }]);
  });

  test.each([1, 2, 3, 4, 5, 6, 9, 200])(
    "takes one query when snapshots are inline, after %i commits",
    async (count) => {
      const { store, stream, head } = storeWith(ones(count));
      expect(await load(jar, store, stream, loose)).toEqual(head);
      expect(store.calls).toEqual([{ call: "tail", ...loose }]);
    },
  );

  test.each([5, 99, 100, 101, 103, 104, 105, 150, 1000])(
    "takes two at most when a snapshot comes every hundred events, after %i commits",
    async (count) => {
      const { store, stream, head } = storeWith(ones(count), { policy: snapshotEvery(100) });
      expect(await load(jar, store, stream, strong)).toEqual(head);
      expect(store.calls.length).toBeLessThanOrEqual(2);
    },
  );

  test("reads no more of 100,900 events than of 1,900", async () => {
    const readOf = async (commits: number) => {
      const counts = Array.from({ length: commits }, () => 100);
      const { store, stream, head } = storeWith(counts, { policy: snapshotEvery(1000) });
      const read: number[] = [];
      const counting: typeof store = {
        ...store,
        tail: async (...asked) => {
          const found = await store.tail(...asked);
          read.push(found.length);
          return found;
        },
        range: async (...asked) => {
          const page = await store.range(...asked);
          read.push(page.commits.length);
          return page;
        },
      };
      expect(await load(jar, counting, stream, strong)).toEqual(head);
      return read;
    };
    // Nine commits after a snapshot: the last four of them come first, then the snapshot and the five between.
    expect(await readOf(19)).toEqual([4, 6]);
    expect(await readOf(1009)).toEqual([4, 6]);
  });

  test("folds from the first commit when there is no snapshot at all", async () => {
    const { store, stream, head } = storeWith([1, 3, 2, 1, 1, 4, 1], { policy: noSnapshots });
    expect(await load(jar, store, stream, strong)).toEqual(head);
  });

  test.each([1, 2, 3, 4, 5, 6, 7])("finds a snapshot every %i events", async (every) => {
    for (let count = 1; count <= 16; count++) {
      const options = { policy: snapshotEvery(every) };
      const { store, stream, head } = storeWith(ones(count), options);
      expect(await load(jar, store, stream, strong)).toEqual(head);
    }
  });

  test("can stop at a version that ends a commit", async () => {
    for (const policy of [noSnapshots, snapshotEvery(2), snapshotEvery(5)]) {
      const { store, stream, states } = storeWith([1, 3, 2, 1, 1, 2, 1, 1], { policy });
      for (const state of states) {
        const found = await load(jar, store, stream, { ...strong, upTo: state.version });
        expect(found).toEqual(state);
      }
    }
  });

  test("reads strongly what two loose queries left a gap in", async () => {
    let lag = 0;
    const { store, stream, head } = storeWith(ones(8), { policy: noSnapshots }, { lag: () => lag });
    const range = store.range;
    const lagging: typeof store = {
      ...store,
      range: (...asked) => {
        // The second replica is behind the first.
        lag = 5;
        return range(...asked);
      },
    };
    expect(await load(jar, lagging, stream, loose)).toEqual(head);
    expect(store.calls.map(({ consistent }) => consistent)).toEqual([false, false, true, true]);
  });

  test("is a fault when commits are missing", async () => {
    const { store, stream, commits } = storeWith(ones(8), { policy: noSnapshots });
    store.plant(stream, commits.toSpliced(5, 1));
    await expect(load(jar, store, stream, strong)).rejects.toThrow(
      "Stream jar-1: commit 7 does not follow version 5.",
    );
    store.plant(stream, commits.toSpliced(1, 1));
    await expect(load(jar, store, stream, strong)).rejects.toThrow("does not follow version 1");
  });
});

describe("bringing a stream to its head", () => {
  test.each([0, 1, 5, 15])("takes one strong query when %i commits are new", async (news) => {
    const { store, stream, states, commits, head } = storeWith(ones(3 + news));
    const known = states[2] ?? emptyStream(jar, stream);
    const caughtUp = await catchUp(jar, store, known);
    expect(caughtUp).toEqual({ loaded: head, news: commits.slice(3) });
    expect(store.calls).toEqual([{ call: "range", ...strong }]);
  });

  test("starts over from the newest snapshot when far more is new, and still tells the next", async () => {
    const { store, stream, commits, head } = storeWith(ones(1000));
    const caughtUp = await catchUp(jar, store, emptyStream(jar, stream));
    expect(caughtUp.loaded).toEqual(head);
    expect(caughtUp.news[0]).toEqual(commits[0]);
    expect(store.calls.map(({ call }) => call)).toEqual(["range", "tail"]);
  });
});

describe("the commit that holds a version", () => {
  test("is found wherever the version lies in it, and read strongly", async () => {
    const { store, stream } = storeWith([1, 3, 2]);
    const keys = await Promise.all(
      [1, 2, 3, 4, 5, 6, 7].map(async (version) => {
        const commit = await commitHolding(store, stream, version);
        return commit?.version;
      }),
    );
    expect(keys).toEqual([1, 2, 2, 2, 5, 5, undefined]);
    expect(store.calls.every(({ consistent }) => consistent)).toBe(true);
  });
});
