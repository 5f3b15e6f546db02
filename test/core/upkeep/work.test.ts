import { expect, test } from "vitest";
import { startAudit } from "../../../lib/core/audit/audit.ts";
import { startRebuild } from "../../../lib/core/upkeep/rebuild.ts";
import { doWork } from "../../../lib/core/upkeep/work.ts";
import { filled, recordOf } from "../../read-side.ts";
import { purses } from "../../sample-views.ts";
import { expectBuilt } from "../../view-oracle.ts";

const later = Number.POSITIVE_INFINITY;

test("a catch-up brings a stream to the head of the log", async () => {
  const side = filled(1);
  const ports = side.start();
  await ports.catalogue.create(purses.name, purses.definition);
  const work = { kind: "catch-up", view: purses.name, generation: 1, stream: "jar-j0" } as const;
  await doWork(ports, work, later);
  expectBuilt(side, purses, 1);
});

test("the catch-up of the last parked stream lets a waiting build serve", async () => {
  const side = filled(2);
  const ports = side.start();
  const { generation } = await startRebuild(ports, purses, { segments: 1 });
  const pair = { view: purses.name, generation, stream: "jar-j1" };
  await ports.parking.park(pair, { reason: "test", queued: true, dead: false });
  await side.drain(ports);
  expect((await recordOf(side, purses))?.building?.generation).toBe(generation);
  await doWork(ports, { kind: "catch-up", ...pair }, later);
  expect((await recordOf(side, purses))?.live.generation).toBe(generation);
});

test("commits that the bus lacks are published", async () => {
  const side = filled(1);
  const [commit] = side.log();
  if (!commit) throw new Error("The log is empty.");
  const { stream, version } = commit;
  const work = { kind: "publish", stream, from: version, to: version } as const;
  await doWork(side.start(), work, later);
  expect(side.published[0]).toMatchObject({ stream, version, time: commit.time });
  expect(side.published).toHaveLength(commit.events.length);
});

test("segments of rebuilds and audits, and sweeps, are done as they come", async () => {
  const side = filled(3);
  const ports = side.start();
  const { generation } = await startRebuild(ports, purses, { segments: 2 });
  await startAudit(ports, "run", 2);
  await side.drain(ports);
  expectBuilt(side, purses, generation);
  expect((await ports.audits.progress("run")).every(({ done }) => done)).toBe(true);
  side.clock.advance(3_600_000);
  const sweeps = side.memory.messages.splice(0).map(({ work }) => work);
  expect(sweeps).toEqual([{ kind: "sweep", view: purses.name, generation: 1 }]);
  for (const work of sweeps) await doWork(ports, work, later);
  expect((await recordOf(side, purses))?.retired).toEqual([]);
});
