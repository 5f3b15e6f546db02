import { describe, expect, test } from "vitest";
import { parseWork, type Work, workText } from "../../../lib/core/upkeep/work-queue.ts";

const everyKind: readonly Work[] = [
  { kind: "catch-up", view: "accounts", generation: 2, stream: "account-7f3a" },
  { kind: "segment", view: "balances", generation: 3, segment: 0 },
  { kind: "sweep", view: "balances", generation: 1 },
  { kind: "audit-segment", run: "2026-11-01", segment: 15 },
];

describe("a message of the work queue", () => {
  test.each(everyKind)("comes back as it was sent: $kind", (work) => {
    expect(parseWork(workText(work))).toEqual(work);
  });

  test.each([
    ["text that is not JSON", "catch up, please"],
    ["an unknown kind of work", '{"kind":"dance","view":"accounts","generation":1}'],
    ["a generation that is none", '{"kind":"sweep","view":"accounts","generation":0}'],
    ["a missing stream", '{"kind":"catch-up","view":"accounts","generation":1}'],
    ["more than the work needs", '{"kind":"sweep","view":"accounts","generation":1,"balance":100}'],
  ])("is refused when it is %s", (_, text) => {
    expect(() => parseWork(text)).toThrow("A message of the work queue is unknown here");
  });
});
