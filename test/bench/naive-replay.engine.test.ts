import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { withoutStream } from "../../bench/engine.ts";
import { replayNaively } from "../../bench/naive-replay.ts";
import { type BenchReadSide, startReadSide, usedBy, viewNamed } from "../../bench/read-side.ts";
import { seedLog } from "../../bench/seed-log.ts";
import { startRebuild } from "../../lib/core/upkeep/rebuild.ts";
import type { View } from "../../lib/core/view/view.ts";

const streams = 6;
const eventsPerStream = 7;
const events = streams * eventsPerStream;
const naiveGeneration = 900;

let home: string;
let side: BenchReadSide;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "everfold-test-"));
  const dbPath = await seedLog(home, streams, eventsPerStream, () => undefined);
  side = await startReadSide(withoutStream, { dbPath });
});

afterAll(async () => {
  await side.stop();
  await rm(home, { recursive: true, force: true });
});

const replay = async (name: string, eventsMax: number) => {
  const walk = { generation: naiveGeneration, segments: 3, segmentsAtOnce: 2, eventsMax };
  let taken = 0;
  const used = await usedBy(side, async () => {
    taken = await replayNaively(side, viewNamed(name), walk, () => undefined);
  });
  return { taken, used };
};

const rebuilt = async (name: string): Promise<number> => {
  const { generation } = await startRebuild(side.ports, viewNamed(name));
  await side.drain(5);
  return generation;
};

test("a replay writes once for each event: a document and its index, a row, a sum", async () => {
  expect(await replay("accounts", 1_000)).toMatchObject({
    taken: events,
    used: { writeUnits: 2 * events },
  });
  expect(await replay("audit", 1_000)).toMatchObject({ used: { writeUnits: events } });
  expect(await replay("balances", 1_000)).toMatchObject({ used: { writeUnits: events } });
});

test("a replay ends after as many events as it was asked for", async () => {
  expect((await replay("audit", 5)).taken).toBe(5);
});

test("a replay and a rebuild come to the same documents", async () => {
  await replay("accounts", 1_000);
  const generation = await rebuilt("accounts");
  const view: View = viewNamed("accounts");
  if (view.kind !== "document") throw new Error("Accounts are documents.");
  const rowsOf = (at: number) => side.ports.tables.documents(view, at);
  for (let at = 0; at < streams; at++) {
    const stream = `account-${at}`;
    const ours = await rowsOf(generation).get(stream, { consistent: true });
    expect(ours?.version).toBe(eventsPerStream);
    expect(await rowsOf(naiveGeneration).get(stream, { consistent: true })).toEqual(ours);
  }
});

test("a rebuild writes a stream's document once, whatever its events", async () => {
  let generation = 0;
  const { writeUnits } = await usedBy(side, async () => {
    generation = await rebuilt("accounts");
  });
  // Two for each stream. The rest is the progress of the one segment, beginning and switching.
  expect(writeUnits).toBeGreaterThanOrEqual(2 * streams + 3);
  expect(writeUnits).toBeLessThan(2 * streams + 8);
  expect((await side.ports.catalogue.list()).find(({ view }) => view === "accounts")).toMatchObject(
    { live: { generation } },
  );
});
