import { describe, expect, test } from "vitest";
import { toldAudits } from "../../lambdas/told-audits.ts";
import type { AuditProgress, Audits } from "../../lib/core/audit/audit.ts";

const progress = (done: boolean, problemsFound: number): AuditProgress => ({
  segment: 3,
  done,
  streams: 7,
  events: 9,
  problems: [],
  problemsFound,
});

const saved = async (isSaved: boolean, each: AuditProgress) => {
  const told: unknown[] = [];
  const audits: Audits = {
    begin: async () => undefined,
    find: async () => undefined,
    progress: async () => [],
    save: async () => isSaved,
  };
  const at = "2026-11-25T00:00:00.000Z";
  const telling = toldAudits(audits, (...what) => told.push(what));
  const answer = await telling.save("run", each, { at, from: undefined });
  return { told, answer };
};

describe("what an audit has found", () => {
  test("is told once a segment is done", async () => {
    const found = progress(true, 2);
    expect(await saved(true, found)).toEqual({ told: [["run", found]], answer: true });
  });

  test.each([
    ["nothing was found", true, progress(true, 0)],
    ["the segment goes on", true, progress(false, 2)],
    ["another worker has the segment", false, progress(true, 2)],
  ])("is not told when %s", async (_, isSaved, each) => {
    expect(await saved(isSaved, each)).toEqual({ told: [], answer: isSaved });
  });
});
