import * as z from "zod/mini";
import type { Command, Outcome, Work } from "./command.ts";
import type { Server } from "./server.ts";
import { table } from "./table.ts";
import { timeoutOf, waitFor } from "./wait.ts";

const Rebuild = z.object({
  status: z.enum(["running", "done", "failed"]),
  generation: z.int(),
  segments: z.int(),
  segmentsDone: z.int(),
  streams: z.int(),
  events: z.int(),
  startedAt: z.string(),
  finishedAt: z.optional(z.string()),
});
const Report = z.object({
  name: z.string(),
  kind: z.string(),
  generation: z.int(),
  definition: z.int(),
  lag: z.nullable(z.int()),
  parked: z.int(),
  rebuild: z.nullable(Rebuild),
});
type Report = z.output<typeof Report>;
const Reports = z.object({ items: z.array(Report) });
const Begun = z.object({ view: z.string(), generation: z.int(), definition: z.int() });

const reportsOf = async (server: Server): Promise<readonly Report[]> =>
  (await server.get("/admin/views", Reports)).items;

const rebuildText = (rebuild: Report["rebuild"]): string => {
  if (!rebuild) return "-";
  const { status, generation, segments, segmentsDone, startedAt, finishedAt } = rebuild;
  return status === "done"
    ? `done ${finishedAt ?? startedAt}`
    : `${status} ${segmentsDone}/${segments} of generation ${generation} since ${startedAt}`;
};

const list = async ({ server }: Work): Promise<Outcome> => {
  const items = await reportsOf(server);
  const rows = items.map(({ name, kind, generation, definition, lag, parked, rebuild }) => [
    ...[name, kind, generation, definition, lag, parked],
    rebuildText(rebuild),
  ]);
  const head = ["view", "kind", "generation", "definition", "lag ms", "parked", "rebuild"];
  return { ok: true, text: table(head, rows), data: { items } };
};

const hint = 'See "everfold dead-letters list".';

/** The report of a view once its new build serves, or cannot because streams are parked. */
const settled = async (
  { server, terminal }: Work,
  view: string,
  generation: number,
): Promise<Report | undefined> => {
  const report = (await reportsOf(server)).find(({ name }) => name === view);
  // What is reported at first may be the rebuild before this one.
  if (!report?.rebuild || report.rebuild.generation < generation) return undefined;
  const { status, segments, segmentsDone, streams, events } = report.rebuild;
  const what = `${segmentsDone} of ${segments} segments, ${streams} streams, ${events} events`;
  terminal.progress.show(segmentsDone, segments, what);
  if (status === "failed") return report;
  return status === "done" && report.generation >= generation ? report : undefined;
};

const rebuild = async (work: Work): Promise<Outcome> => {
  const { server, terminal, operands, options } = work;
  const [view = ""] = operands;
  const seconds = timeoutOf(options);
  const path = `/admin/views/${encodeURIComponent(view)}/rebuild`;
  const begun = await server.post(path, Begun);
  const { generation } = begun;
  if (options["no-wait"]) {
    const text = `Generation ${generation} of ${view} is being built; see "everfold views list".`;
    return { ok: true, text, data: begun };
  }
  const report = await waitFor(terminal, seconds, `The rebuild of ${view}`, () =>
    settled(work, view, generation),
  );
  const { streams = 0, events = 0, status } = report.rebuild ?? {};
  const build = `Generation ${generation} of ${view}`;
  const text =
    status === "done"
      ? `${build} serves: ${events} events of ${streams} streams.`
      : `${build} is filled and cannot serve yet: ${report.parked} streams are parked. ${hint}`;
  return { ok: status === "done", text, data: report };
};

/** What operators do with views. */
export const viewCommands: readonly Command[] = [
  {
    words: ["views", "list"],
    operands: [],
    options: [],
    summary: "show every view: its build, its lag, its parked streams, its rebuild",
    details: "The lag is the projector's, from commit to row, when it looked last.",
    run: list,
  },
  {
    words: ["views", "rebuild"],
    operands: ["<view>"],
    options: ["no-wait", "timeout"],
    summary: "build a view again from the log, and wait until the new build serves",
    details: [
      "--no-wait          only begin",
      "--timeout <sec>    wait no longer than this (3600); the rebuild goes on",
    ].join("\n"),
    run: rebuild,
  },
];
