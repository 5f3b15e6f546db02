import * as z from "zod/mini";
import type { Command, Outcome, Work } from "./command.ts";
import { OperatorFault } from "./failure.ts";
import { table } from "./table.ts";
import { timeoutOf, waitFor } from "./wait.ts";

const Found = z.object({
  stream: z.string(),
  version: z.int(),
  kind: z.string(),
  detail: z.string(),
  view: z.optional(z.string()),
});
const Report = z.object({
  status: z.enum(["never", "running", "done"]),
  ok: z.optional(z.boolean()),
  segments: z.int(),
  segmentsDone: z.int(),
  streams: z.int(),
  events: z.int(),
  problems: z.array(Found),
  problemsFound: z.int(),
  startedAt: z.optional(z.string()),
  finishedAt: z.optional(z.string()),
});
type Report = z.output<typeof Report>;
const Begun = z.object({ run: z.string(), segments: z.int(), startedAt: z.string() });

const headline = (report: Report): string => {
  const { status, segments, segmentsDone, streams, events, problemsFound, finishedAt } = report;
  const found = problemsFound === 0 ? "no problem" : `${problemsFound} problems`;
  if (status === "never") return "Nothing has been audited yet.";
  if (status === "running")
    return `An audit is running, ${segmentsDone} of ${segments} segments done: ${streams} streams, ${events} events, ${found} so far.`;
  return `${streams} streams, ${events} events, audited at ${finishedAt ?? "?"}: ${found}.`;
};

const outcome = (report: Report): Outcome => {
  const { problems, problemsFound } = report;
  const rows = problems.map(({ stream, version, view, kind, detail }) => [
    ...[stream, version, view, kind, detail],
  ]);
  const drawn = table(["stream", "version", "view", "kind", "detail"], rows);
  const more = problemsFound - problems.length;
  const text = [
    headline(report),
    ...(problems.length > 0 ? ["", drawn] : []),
    ...(more > 0 ? [`${more} more were counted and not kept.`] : []),
  ].join("\n");
  // What nobody has looked at is not known to be well.
  return { ok: problemsFound === 0 && report.status !== "never", text, data: report };
};

const audit = async (work: Work): Promise<Outcome> => {
  const { server, terminal, options } = work;
  const latest = () => server.get("/admin/audit", Report);
  if (options.last) return outcome(await latest());
  const seconds = timeoutOf(options);
  const begun = await server.post("/admin/audit", Begun);
  if (options["no-wait"])
    return {
      ok: true,
      text: 'The audit has begun; "everfold audit --last" shows it.',
      data: begun,
    };
  const report = await waitFor(terminal, seconds, "The audit", async () => {
    const now = await latest();
    if (now.startedAt !== begun.startedAt)
      throw new OperatorFault(
        `An audit begun at ${now.startedAt} has taken the place of this one.`,
      );
    const { segments, segmentsDone, streams, events, problemsFound } = now;
    const what = `${streams} streams, ${events} events, ${problemsFound} problems`;
    terminal.progress.show(segmentsDone, segments, what);
    return now.status === "done" ? now : undefined;
  });
  return outcome(report);
};

/** What operators do with the whole log. */
export const auditCommands: readonly Command[] = [
  {
    words: ["audit"],
    operands: [],
    options: ["last", "no-wait", "timeout"],
    summary: "compare the log with itself and with every view; 1 when there is a problem",
    details: [
      "--last             show the latest audit instead of beginning one",
      "--no-wait          only begin",
      "--timeout <sec>    wait no longer than this (3600); the audit goes on",
    ].join("\n"),
    run: audit,
  },
];
