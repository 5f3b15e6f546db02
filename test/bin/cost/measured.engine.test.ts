import { afterAll, beforeAll, expect, test } from "vitest";
import { accountHistory } from "../../../bench/histories.ts";
import { type BenchReadSide, startReadSide, usedBy, viewNamed } from "../../../bench/read-side.ts";
import { depositBatch, usedPerEvent } from "../../../bench/view-units.ts";
import { batchMax, measured, rebuildWalk } from "../../../bin/cost/measured.ts";
import { createEventStore } from "../../../lib/adapters/dynamodb/event-store.ts";
import { tailCommits } from "../../../lib/core/log/load.ts";
import { eventTable, idempotencyTable } from "../../../lib/core/system/tables.ts";
import { denseCommits, probeKeys, stride } from "../../../lib/core/upkeep/rebuild-page.ts";
import { registry } from "../../../lib/domains/index.ts";
import { defaultPumpSettings } from "../../../local/stream-pump.ts";

const accountViews = registry.views.filter(({ domain }) => domain.category === "account");
const { perEvent, perStream, perBatch } = measured.views;

/** A small batch costs what a large one does, for each stream in it. */
const size = 20;

let side: BenchReadSide;

beforeAll(async () => {
  side = await startReadSide();
});

afterAll(() => side.stop());

test.each([1, 5, 20])("views cost what the model says, %d events a stream", async (events) => {
  const batch = depositBatch(`all-${events}`, events, size);
  const { writeUnits, readUnits } = await usedPerEvent(side, accountViews, batch);
  expect(writeUnits).toBeCloseTo(
    perEvent.writes + perStream.writes / events + perBatch.writes / size,
    6,
  );
  expect(readUnits).toBeCloseTo(
    perEvent.reads + perStream.reads / events + perBatch.reads / size,
    6,
  );
});

test("of these, a document and the busiest table cost what the model says", async () => {
  const writesOf = async (name: string) =>
    (await usedPerEvent(side, [viewNamed(name)], depositBatch(`one-${name}`, 1, 5))).writeUnits;
  expect(await writesOf("accounts")).toBeCloseTo(measured.documentPerStream, 6);
  const busiest: number[] = [];
  for (const { name } of accountViews) busiest.push(await writesOf(name));
  expect(Math.max(...busiest)).toBe(measured.busiestTablePerStream);
  expect(accountViews).toHaveLength(measured.viewsPerStream);
});

test("batches are as large as the model says, and rebuilds walk as it says", () => {
  expect(batchMax).toBe(defaultPumpSettings.batchSize);
  expect(rebuildWalk).toEqual({ denseCommits, probeKeys, stride });
});

test("a command costs what the model says: warm, cold, and with an Idempotency-Key", async () => {
  const names = { events: eventTable.name, idempotency: idempotencyTable.name };
  const store = createEventStore(side.client, names);
  const [first, second] = accountHistory("measured", "owner", 2);
  if (!first || !second) throw new Error("There is no history.");
  const record = {
    key: "key",
    fingerprint: "fingerprint",
    answer: { streams: [] },
    expires: 2_000_000_000,
  };
  const warm = await usedBy(side, () => store.append([first]));
  expect(warm).toMatchObject({ writeUnits: measured.warm.writes, readUnits: measured.warm.reads });
  const load = () => store.tail(first.stream, { limit: tailCommits, consistent: false });
  expect((await usedBy(side, load)).readUnits).toBe(measured.cold.reads);
  const idempotent = await usedBy(side, () => store.append([second], record));
  expect(idempotent.writeUnits).toBe(measured.idempotent.writes);
});
