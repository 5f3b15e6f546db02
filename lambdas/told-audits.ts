import type { AuditProgress, Audits } from "../lib/core/audit/audit.ts";

/** Tells what the audit of each segment has found, once it is done and saved; nothing when all is well. */
export const toldAudits = (
  audits: Audits,
  tell: (run: string, progress: AuditProgress) => void,
): Audits => ({
  ...audits,
  save: async (run, progress, options) => {
    const isSaved = await audits.save(run, progress, options);
    if (isSaved && progress.done && progress.problemsFound > 0) tell(run, progress);
    return isSaved;
  },
});
