import { type AuditPorts, auditSegment } from "../audit/audit.ts";
import { type RepublishPorts, republish } from "../bus/republish.ts";
import { catchUpPair } from "../view/catch-up.ts";
import { finishRebuild, type RebuildPorts } from "./rebuild.ts";
import { rebuildSegment } from "./rebuild-segment.ts";
import { type SweepGenerationPorts, sweepGeneration } from "./sweep-generation.ts";
import type { Work } from "./work-queue.ts";

/** What doing queued work needs of the world. */
export type WorkPorts = AuditPorts & RebuildPorts & SweepGenerationPorts & RepublishPorts;

/**
 * Does one piece of queued work; what takes longer than the deadline (milliseconds since the epoch) is queued again.
 * Doing it twice, late or in another order comes to the same.
 */
export const doWork = async (ports: WorkPorts, work: Work, deadline: number): Promise<void> => {
  switch (work.kind) {
    case "catch-up":
      await catchUpPair(ports, work);
      // A build may have waited for its last parked stream.
      await finishRebuild(ports, work.view, work.generation);
      return;
    case "segment":
      return rebuildSegment(ports, work, deadline);
    case "sweep":
      return sweepGeneration(ports, work, deadline);
    case "audit-segment":
      return auditSegment(ports, work, deadline);
    case "publish":
      return republish(ports, work);
  }
};
