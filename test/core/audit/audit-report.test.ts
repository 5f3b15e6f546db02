import { expect, test } from "vitest";
import { startAudit } from "../../../lib/core/audit/audit.ts";
import { auditReport } from "../../../lib/core/audit/audit-report.ts";
import { doWork } from "../../../lib/core/upkeep/work.ts";
import { edited, replaced, settled, short } from "../../audited.ts";
import { createReadSide, queued } from "../../read-side.ts";

test("there is a report before anything was ever audited", async () => {
  expect(await auditReport(createReadSide().start())).toEqual({
    status: "never",
    segments: 0,
    segmentsDone: 0,
    streams: 0,
    events: 0,
    problems: [],
    problemsFound: 0,
  });
});

test("an audit says what it has come to so far, and how it ended", async () => {
  const side = await settled(6, 3);
  side.plant(replaced(side.store.commits("jar-j4"), 1, edited));
  side.remove("jar-j2");
  const startedAt = new Date(side.clock.now()).toISOString();
  const ports = side.start();
  expect(await startAudit(ports, "run", 2)).toEqual({ run: "run", segments: 4, startedAt });
  expect(queued(side, "audit-segment")).toHaveLength(4);
  // The log is followed, and the rows are still to be.
  for (const { work } of side.memory.messages.splice(0, 2)) await doWork(ports, work, Infinity);
  const running = await auditReport(ports);
  expect(running).toMatchObject({ status: "running", startedAt, streams: 5, problemsFound: 1 });
  expect(running).toMatchObject({ segments: 4, segmentsDone: 2 });
  expect(running).not.toHaveProperty("ok");
  side.clock.advance(5_000);
  await side.drain(ports);
  const report = await auditReport(ports);
  expect(report).toMatchObject({
    status: "done",
    ok: false,
    segments: 4,
    segmentsDone: 4,
    streams: 5,
    problemsFound: 2,
    startedAt,
    finishedAt: "2026-11-01T18:00:05.000Z",
  });
  expect(short(report.problems)).toEqual(["jar-j2@0 row-ahead jars", "jar-j4@3 broken-chain"]);
});
