import { ScanCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createDocumentRows } from "../../../lib/adapters/dynamodb/document-rows.ts";
import { createLedgerRows } from "../../../lib/adapters/dynamodb/ledger-rows.ts";
import { createRowSweeper } from "../../../lib/adapters/dynamodb/row-sweeper.ts";
import { createTallyRows } from "../../../lib/adapters/dynamodb/tally-rows.ts";
import type { WalkCursor } from "../../../lib/core/log/segments.ts";
import { applyView, groupByStream } from "../../../lib/core/view/apply-view.ts";
import type { View, ViewTables } from "../../../lib/core/view/view.ts";
import { createClock } from "../../clock.ts";
import { jarHistory } from "../../jar-history.ts";
import { createMemoryEventStore } from "../../memory-event-store.ts";
import { jarViews } from "../../sample-views.ts";
import { type StartedStore, startStore } from "./started-store.ts";

const commits = Array.from({ length: 60 }, (_, jar) => jarHistory(`s${jar}`, [2, 1])).flatMap(
  (history) => history.commits,
);
const generations = [1, 2, 12];

let started: StartedStore;

const tables = (): ViewTables => ({
  documents: (view, generation) =>
    createDocumentRows(started.client, view.table.name, view, generation),
  ledger: (view, generation) => createLedgerRows(started.client, view.table.name, view, generation),
  tally: (view, generation) => createTallyRows(started.client, view.table.name, view, generation),
});

beforeAll(async () => {
  started = await startStore(jarViews.map(({ table }) => table));
  const store = createMemoryEventStore();
  for (const commit of commits) await store.append([commit]);
  const ports = { ...createClock(), random: Math.random, store, tables: tables() };
  for (const view of jarViews)
    for (const generation of generations) {
      const failures = await applyView(ports, { view, generation }, groupByStream(commits));
      expect(failures.size).toBe(0);
    }
});

afterAll(() => started.stop());

/** How many items each generation has in the table of a view. */
const counts = async (view: View): Promise<Record<string, number>> => {
  const found: Record<string, number> = {};
  const { Items = [] } = await started.client.send(
    new ScanCommand({ TableName: view.table.name, ConsistentRead: true }),
  );
  for (const item of Items) {
    const [generation = ""] = String(item[view.table.partitionKey.name]).split("#");
    found[generation] = (found[generation] ?? 0) + 1;
  }
  return found;
};

const sweepAll = async (view: View, generation: number): Promise<void> => {
  const sweeper = createRowSweeper(started.client, ({ table }) => table.name);
  let after: WalkCursor | undefined;
  do after = await sweeper.sweep(view, generation, after);
  while (after);
};

describe("sweeping a generation", () => {
  test.each(jarViews.map((view) => [view.name, view.kind, view] as const))(
    "removes all that %s (%s) has of it, checkpoints included, and nothing else",
    async (_, __, view) => {
      const before = await counts(view);
      expect(before["1"]).toBeGreaterThan(30);
      await sweepAll(view, 1);
      const { 1: gone, ...others } = before;
      expect(gone).toBe(before["2"]);
      expect(await counts(view)).toEqual(others);
      await sweepAll(view, 1);
      expect(await counts(view)).toEqual(others);
    },
  );
});
