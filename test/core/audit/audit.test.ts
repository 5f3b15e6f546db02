import { describe, expect, it } from "vitest";
import { auditSegment, problemsKept, startAudit } from "../../../lib/core/audit/audit.ts";
import { auditReport } from "../../../lib/core/audit/audit-report.ts";
import { doWork } from "../../../lib/core/upkeep/work.ts";
import { audited, edited, replaced, settled, short } from "../../audited.ts";
import { createDice } from "../../clock.ts";
import { dying, survives } from "../../crash.ts";
import { jarHistory } from "../../jar-history.ts";
import { createReadSide, queued, type ReadSide } from "../../read-side.ts";

const seed = Number(process.env.SEED ?? Date.now() % 1_000_000);
process.stdout.write(`Seed of the audits: ${seed}\n`);

/** A read side with one edited commit, and one row too many. */
const harmed = async (pageSize = 3): Promise<ReadSide> => {
  const side = await settled(6, pageSize);
  side.plant(replaced(side.store.commits("jar-j4"), 1, edited));
  side.remove("jar-j2");
  return side;
};

const found = ["jar-j2@0 row-ahead jars", "jar-j4@3 broken-chain"];

describe("an audit", () => {
  it("is done of an empty log", async () => {
    expect(await audited(createReadSide())).toMatchObject({ status: "done", ok: true, streams: 0 });
  });

  it("keeps a bounded number of problems, and counts the others", async () => {
    const side = createReadSide({ pageSize: 50 });
    for (let jar = 0; jar < 2 * problemsKept; jar++)
      side.plant(replaced(jarHistory(`n${jar}`, [1]).commits, 0, edited));
    const report = await audited(side, { segments: 1 });
    expect(report.problemsFound).toBe(2 * problemsKept);
    expect(report.problems).toHaveLength(problemsKept);
    const [saved] = side.audits.progress.values();
    expect(saved?.problems).toHaveLength(problemsKept);
  });

  it("comes to the same, whichever step of it crashed", async () => {
    for (const moment of ["before", "after"] as const)
      for (let step = 1, crashed = true; crashed; step += 3) {
        const side = await harmed();
        await startAudit(side.start(), "run", 1);
        const doomed = side.start(dying(step, moment));
        crashed = false;
        for (const message of side.memory.messages.splice(0)) {
          if (await survives(doWork(doomed, message.work, 0))) continue;
          crashed = true;
          side.memory.messages.push(message);
        }
        await side.drain();
        const report = await auditReport(side.start());
        expect(report, `step ${step}`).toMatchObject({ status: "done", streams: 5 });
        expect(short(report.problems)).toEqual(found);
      }
  });

  it("stops when its time is over, and the rest is queued", async () => {
    const side = await harmed(2);
    await startAudit(side.start(), "run", 1);
    side.memory.messages.length = 0;
    const work = { kind: "audit-segment", run: "run", segment: 0 } as const;
    await auditSegment(side.start(), work, side.clock.now());
    expect(queued(side, "audit-segment")).toEqual([work]);
    expect(side.audits.progress.get(0)).toMatchObject({ done: false, streams: 1 });
  });

  it("is done by one worker, when two take the same segment", async () => {
    const dice = createDice(seed);
    for (let round = 0; round < 15; round++) {
      const side = await harmed(2);
      await startAudit(side.start(), "run", 1);
      const rest = side.memory.messages.splice(0);
      const pausing = async (): Promise<void> => {
        for (let turns = Math.floor(dice() * 6); turns > 0; turns--) await Promise.resolve();
      };
      const work = { run: "run", segment: 0 };
      await Promise.all([
        auditSegment(side.start(pausing), work, 0),
        auditSegment(side.start(pausing), work, 0),
      ]);
      expect(queued(side, "audit-segment").length).toBeLessThanOrEqual(1);
      side.memory.messages.push(...rest);
      await side.drain();
      const report = await auditReport(side.start());
      expect(report).toMatchObject({ status: "done", streams: 5, problemsFound: 2 });
    }
  });

  it("gives way to a later one", async () => {
    const side = await harmed();
    await startAudit(side.start(), "early", 1);
    const early = side.memory.messages.splice(0);
    await startAudit(side.start(), "late", 1);
    side.memory.messages.push(...early);
    const calls: string[] = [];
    const watching = side.start((call) => {
      if (call === "log.commits") calls.push(call);
    });
    for (const { work } of early) await doWork(watching, work, 0);
    expect(calls).toEqual([]);
    await side.drain();
    const report = await auditReport(side.start());
    expect(report).toMatchObject({ status: "done", streams: 5, problemsFound: 2 });
  });
});
