import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { segmentsDefault } from "../lib/core/log/segments.ts";
import { startRebuild } from "../lib/core/upkeep/rebuild.ts";
import type { View } from "../lib/core/view/view.ts";
import type { Benchmark, Findings, Run } from "./benchmark.ts";
import { withoutStream } from "./engine.ts";
import { replayNaively } from "./naive-replay.ts";
import { type BenchReadSide, startReadSide, usedBy, viewNamed } from "./read-side.ts";
import { type BuiltView, comparisonFindings, type Filling } from "./rebuild-findings.ts";
import { seedLog } from "./seed-log.ts";

/** How big the log is, and how many of its events are replayed naively into each kind of view. */
const scales = {
  full: {
    streams: 1_000,
    eventsPerStream: 100,
    naive: { document: 50_000, ledger: 5_000, tally: 5_000 },
  },
  smoke: { streams: 20, eventsPerStream: 20, naive: { document: 100, ledger: 50, tally: 50 } },
} as const;

const viewNames = ["accounts", "audit", "balances"] as const;

/** As many as the worker's mapping lets run. */
const workersMax = 5;

/** Never given to a build: the rows of the naive replay stand beside those of the rebuild. */
const naiveGeneration = 1_000_000;

/** Part of the run that goes into making the log. */
const seedingShare = 0.3;

const timed = async (side: BenchReadSide, events: () => Promise<number>): Promise<Filling> => {
  const start = performance.now();
  let taken = 0;
  const used = await usedBy(side, async () => {
    taken = await events();
  });
  return { events: taken, seconds: (performance.now() - start) / 1000, used };
};

const rebuildView = (side: BenchReadSide, view: View): Promise<Filling> =>
  timed(side, async () => {
    const { generation } = await startRebuild(side.ports, view);
    await side.drain(workersMax);
    const progress = await side.ports.rebuilds.progress(view.name, generation);
    return progress.reduce((sum, { events }) => sum + events, 0);
  });

/** How far a build has taken in a stream. */
const versionIn = async (
  { tables }: BenchReadSide["ports"],
  view: View,
  generation: number,
  stream: string,
): Promise<number | undefined> => {
  if (view.kind === "document")
    return (await tables.documents(view, generation).get(stream, { consistent: true }))?.version;
  const rows =
    view.kind === "ledger" ? tables.ledger(view, generation) : tables.tally(view, generation);
  return (await rows.checkpoints([stream])).get(stream);
};

/** Throws unless the rebuilt view serves and has taken in the whole of some streams. */
const verify = async ({ ports }: BenchReadSide, view: View, version: number): Promise<void> => {
  const record = (await ports.catalogue.list()).find((each) => each.view === view.name);
  const generation = record?.live.generation ?? 1;
  if (generation === 1) throw new Error(`${view.name} was not switched.`);
  for (const stream of ["account-0", "account-7"]) {
    const seen = await versionIn(ports, view, generation, stream);
    if (seen !== version) throw new Error(`${view.name} has ${stream} at ${seen}.`);
  }
};

const replay = (
  side: BenchReadSide,
  view: View,
  eventsMax: number,
  progress: (done: number) => void,
): Promise<Filling> =>
  timed(side, () =>
    replayNaively(
      side,
      view,
      {
        generation: naiveGeneration,
        segments: segmentsDefault,
        segmentsAtOnce: workersMax,
        eventsMax,
      },
      progress,
    ),
  );

const compare = async (side: BenchReadSide, run: Run): Promise<readonly BuiltView[]> => {
  const { streams, eventsPerStream, naive } = scales[run.scale];
  const built: BuiltView[] = [];
  for (const [index, view] of viewNames.map(viewNamed).entries()) {
    const at = (done: number) =>
      seedingShare + ((1 - seedingShare) * (index + done)) / viewNames.length;
    run.progress(`rebuilding ${view.name}`, at(0));
    const ours = await rebuildView(side, view);
    if (ours.events !== streams * eventsPerStream)
      throw new Error(`${view.name} was rebuilt from ${ours.events} events.`);
    await verify(side, view, eventsPerStream);
    const naively = await replay(side, view, naive[view.kind], (done) =>
      run.progress(`replaying ${view.name} naively`, at(0.2 + 0.8 * done)),
    );
    built.push({ view, ours, naive: naively });
  }
  return built;
};

const run = async (run: Run): Promise<Findings> => {
  const { streams, eventsPerStream } = scales[run.scale];
  const home = await mkdtemp(join(tmpdir(), "everfold-bench-"));
  try {
    const dbPath = await seedLog(home, streams, eventsPerStream, (done) =>
      run.progress("making the log", seedingShare * done),
    );
    // What filled the log is not what is measured: no stream is needed.
    const side = await startReadSide(withoutStream, { dbPath });
    try {
      return comparisonFindings(await compare(side, run), {
        streams,
        events: streams * eventsPerStream,
        segments: segmentsDefault,
        atOnce: workersMax,
      });
    } finally {
      await side.stop();
    }
  } finally {
    await rm(home, { recursive: true, force: true });
  }
};

/** How fast a view is rebuilt, and what that costs. */
export const rebuild: Benchmark = {
  name: "rebuild",
  question: "How fast and at what price is a view rebuilt from the log?",
  run,
};
