import { expect, test } from "vitest";
import { startRebuild } from "../../../lib/core/upkeep/rebuild.ts";
import { viewReports } from "../../../lib/core/view/view-reports.ts";
import { filled } from "../../read-side.ts";
import { diary, purses } from "../../sample-views.ts";

const noLag = { note: async () => undefined, find: async () => undefined };

test("a view that was never built is at its first generation, with nothing parked", async () => {
  const ports = { ...filled(1).start(), lag: noLag };
  const [report] = await viewReports({ ...ports, views: [purses] });
  expect(report).toEqual({
    name: "purses",
    kind: "tally",
    generation: 1,
    definition: purses.definition,
    lag: null,
    parked: 0,
    rebuild: null,
  });
});

test("a rebuild tells how far it has come, and that it is done", async () => {
  const side = filled(4);
  const ports = { ...side.start(), lag: noLag, views: [purses] };
  const { generation } = await startRebuild(ports, purses, { segments: 2 });
  const [running] = await viewReports(ports);
  expect(running?.rebuild).toMatchObject({ status: "running", segments: 2, segmentsDone: 0 });
  expect([running?.generation, running?.rebuild?.generation]).toEqual([1, generation]);
  await side.drain(ports);
  const [done] = await viewReports(ports);
  expect(done).toMatchObject({ generation, rebuild: { status: "done", generation, streams: 4 } });
});

test("a rebuild that only waits for parked streams has failed until somebody sees to them", async () => {
  const side = filled(2);
  const ports = { ...side.start(), lag: noLag, views: [purses] };
  const { generation } = await startRebuild(ports, purses, { segments: 1 });
  const pair = { view: purses.name, generation, stream: "jar-j1" };
  await ports.parking.park(pair, { reason: "poison", queued: true, dead: true });
  await side.drain(ports);
  const [report] = await viewReports(ports);
  expect(report).toMatchObject({ parked: 1, rebuild: { status: "failed", segmentsDone: 1 } });
});

test("the projector's lag stands at every view", async () => {
  const lag = { ...noLag, find: async () => ({ lagMs: 42, at: "2026-11-01T12:00:00.000Z" }) };
  const reports = await viewReports({ ...filled(1).start(), lag, views: [purses, diary] });
  expect(reports.map((report) => report.lag)).toEqual([42, 42]);
});
