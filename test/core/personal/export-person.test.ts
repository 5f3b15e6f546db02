import { expect, test } from "vitest";
import type { Commit } from "../../../lib/core/log/commit.ts";
import { exportBounds, exportPerson } from "../../../lib/core/personal/export-person.ts";
import type { Opener } from "../../../lib/core/personal/sealing.ts";
import { viewEvents } from "../../../lib/core/view/envelope.ts";
import { ledgerRows, ledgerView } from "../../../lib/core/view/ledger-view.ts";
import { peopleLedger } from "../../../lib/core/view/people-ledger.ts";
import { jar } from "../../jar.ts";
import { jarHistory } from "../../jar-history.ts";
import { createMemoryEventStore, type MemoryEventStore } from "../../memory-event-store.ts";

const noOpener: Opener = { open: async (sealed) => sealed.map(() => ({ value: "opened" })) };

/** What exporting asks, over a log and the people ledger that it gives. */
const portsOf = (store: MemoryEventStore, commits: readonly Commit[], opener = noOpener) => {
  const ledger = ledgerView(jar, peopleLedger(jar.collection));
  const rows = new Map(
    commits
      .flatMap((commit) => viewEvents(jar, commit))
      .flatMap(({ event, at }) => ledgerRows(ledger, event, at))
      .map((row) => [`${row.partition} ${row.key}`, row] as const),
  );
  return {
    domains: [jar],
    store,
    opener,
    people: () => ({
      list: async ({
        partition,
        limit,
        after = "",
      }: {
        partition: string;
        limit: number;
        after?: string;
      }) =>
        [...rows.values()]
          .filter((row) => row.partition === partition && row.key > after)
          .sort((left, right) => (left.key < right.key ? -1 : 1))
          .slice(0, limit),
    }),
  };
};

const filled = (counts: Readonly<Record<string, readonly number[]>>, owner = "ann") => {
  const store = createMemoryEventStore();
  const all = Object.entries(counts).flatMap(([id, events]) => {
    const { commits, stream } = jarHistory(id, events, { owner });
    store.plant(stream, commits);
    return commits;
  });
  return { store, commits: all };
};

const streamsOf = (page: { readonly streams: readonly unknown[] }) =>
  page.streams.map((each) => Object(each));

test("gives the document and every event of each stream that concerns the person", async () => {
  const { store, commits } = filled({ a: [1, 2], b: [3] });
  const page = await exportPerson(portsOf(store, commits), "ann");
  expect(page).toMatchObject({ person: "ann" });
  expect(page.cursor).toBeUndefined();
  expect(streamsOf(page).map(({ stream, events }) => [stream, events.length])).toEqual([
    ["jar-a", 3],
    ["jar-b", 3],
  ]);
  expect(streamsOf(page)[0].document).toMatchObject({ id: "a", version: 3, coins: 3 });
});

test("gives nothing of streams that concern others only", async () => {
  const { store, commits } = filled({ a: [1] }, "bob");
  expect(await exportPerson(portsOf(store, commits), "ann")).toEqual({
    person: "ann",
    streams: [],
  });
});

test("splits a long stream, and goes on with every event once where the page before was full", async () => {
  const many = Array.from({ length: 30 }, () => 40);
  const { store, commits } = filled({ a: many, b: [1] });
  const bound = { ...exportBounds, bytesMax: 20_000 };
  const ports = portsOf(store, commits);
  const seen: string[] = [];
  let cursor: string | undefined;
  let pages = 0;
  do {
    const page = await exportPerson(ports, "ann", cursor, bound);
    pages += 1;
    for (const { stream, events } of streamsOf(page))
      for (const { version } of events) seen.push(`${stream}@${version}`);
    cursor = page.cursor;
  } while (cursor !== undefined);
  expect(pages).toBeGreaterThan(3);
  expect(seen).toEqual([
    ...Array.from({ length: 1_200 }, (_, index) => `jar-a@${index + 1}`),
    "jar-b@1",
  ]);
});

test("refuses the cursor of another person's export", async () => {
  const { store, commits } = filled({ a: Array.from({ length: 20 }, () => 40) });
  const bound = { ...exportBounds, bytesMax: 5_000 };
  const { cursor } = await exportPerson(portsOf(store, commits), "ann", undefined, bound);
  await expect(exportPerson(portsOf(store, commits), "bob", cursor)).rejects.toThrow("cursor");
});
