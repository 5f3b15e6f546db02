import { describe, expect, it } from "vitest";
import { lagAllowedMs } from "../../../lib/core/audit/audit-views.ts";
import { startRebuild } from "../../../lib/core/upkeep/rebuild.ts";
import type { DocumentRow } from "../../../lib/core/view/document-view.ts";
import { project } from "../../../lib/core/view/project.ts";
import type { View } from "../../../lib/core/view/view.ts";
import { audited, settled, short } from "../../audited.ts";
import { createDice } from "../../clock.ts";
import { jarHistory } from "../../jar-history.ts";
import { createReadSide, histories, nextOf, queued, type ReadSide } from "../../read-side.ts";
import { diary, jars, jarViews, purses, ranking } from "../../sample-views.ts";
import { expectBuilt } from "../../view-oracle.ts";

const seed = Number(process.env.SEED ?? Date.now() % 1_000_000);
process.stdout.write(`Seed of the audits: ${seed}\n`);

const stream = "jar-j7";
const head = 17;

const setRow = ({ memory }: ReadSide, change: (row: DocumentRow) => DocumentRow | undefined) => {
  const standing = memory.documents(jars).standing as Map<string, DocumentRow>;
  const row = standing.get(stream);
  const changed = row && change(row);
  if (changed) standing.set(stream, changed);
  else standing.delete(stream);
};

const setCheckpoint = ({ memory }: ReadSide, view: View, version: number | undefined): void => {
  const checkpoints = memory.checkpoints(view) as Map<string, number>;
  if (version === undefined) checkpoints.delete(stream);
  else checkpoints.set(stream, version);
};

/** What may be wrong with what a view holds, and what the auditor says then. */
const wrongs: readonly (readonly [string, (side: ReadSide) => void, string])[] = [
  [
    "a row with another value",
    (side) =>
      setRow(side, ({ state, ...row }) => ({
        ...row,
        state: { ...state, state: { ownerId: "user3", coins: 4, text: "" } },
      })),
    `${stream}@${head} row-differs jars`,
  ],
  [
    "a row with another entry in an index",
    (side) =>
      setRow(side, (row) => ({
        ...row,
        entries: { ...row.entries, rich: { partition: "all", sort: "3" } },
      })),
    `${stream}@${head} row-differs jars`,
  ],
  [
    "a row that an index has lost",
    (side) => setRow(side, ({ entries: { rich: _, ...entries }, ...row }) => ({ ...row, entries })),
    `${stream}@${head} row-differs jars`,
  ],
  [
    "a row with another time",
    (side) => setRow(side, (row) => ({ ...row, time: "2026-11-01T00:00:00.000Z" })),
    `${stream}@${head} row-differs jars`,
  ],
  [
    "a row with a state that cannot be read",
    (side) => setRow(side, (row) => ({ ...row, state: { schema: 99, state: {} } })),
    `${stream}@${head} unreadable jars`,
  ],
  ...[diary, purses, ranking].map(
    (view) =>
      [
        `a checkpoint of ${view.name} that is ahead`,
        (side: ReadSide) => setCheckpoint(side, view, head + 1),
        `${stream}@${head} checkpoint-ahead ${view.name}`,
      ] as const,
  ),
];

describe("an audit of the views", () => {
  it.each(wrongs)("finds %s", async (_, change, expected) => {
    for (const [pageSize, workMs] of [
      [3, 60_000],
      [1, 0],
      [100, 0],
    ] as const) {
      const side = await settled(8, pageSize);
      change(side);
      const { ok, problems } = await audited(side, { workMs });
      expect(short(problems)).toEqual([expected]);
      expect(ok).toBe(false);
      expect(queued(side, "catch-up")).toEqual([]);
    }
  });

  it("finds a row that is missing, and has it caught up", async () => {
    const side = await settled();
    setRow(side, () => undefined);
    expect(short((await audited(side)).problems)).toEqual([`${stream}@0 row-behind jars`]);
    expectBuilt(side, jars, 1);
    expect(await audited(side)).toMatchObject({ ok: true });
  });

  it("finds views that missed the last notification of a stream, and has them caught up", async () => {
    const side = createReadSide();
    for (const commits of histories(8)) side.plant(commits);
    await project(
      side.start(),
      side.log().filter((each) => each.stream !== stream),
    );
    await project(side.start(), side.store.commits(stream).slice(0, -1));
    expect(short((await audited(side, { workMs: 0 })).problems)).toEqual([
      `${stream}@14 checkpoint-behind diary`,
      `${stream}@14 checkpoint-behind purses`,
      `${stream}@14 checkpoint-behind ranking`,
      `${stream}@14 row-behind jars`,
    ]);
    for (const view of jarViews) expectBuilt(side, view, 1);
    expect(await audited(side)).toMatchObject({ ok: true });
  });

  it("says nothing of what a view lacks for less than a minute", async () => {
    const side = await settled();
    // These were committed a moment ago: six hours after noon.
    const { commits } = jarHistory("new", [1, 2], { minutes: [360, 360] });
    await side.store.append([...commits]);
    side.clock.advance(lagAllowedMs - 1);
    expect(await audited(side)).toMatchObject({ ok: true, streams: 9 });
    side.clock.advance(1);
    expect(short((await audited(side)).problems)).toEqual([
      "jar-new@0 checkpoint-behind diary",
      "jar-new@0 checkpoint-behind purses",
      "jar-new@0 checkpoint-behind ranking",
      "jar-new@0 row-behind jars",
    ]);
  });

  it("finds a view that stands still behind a stream that never rests", async () => {
    const side = await settled();
    const { commits } = jarHistory("hot", [1, 1, 1], { minutes: [0, 1, 360] });
    await project(side.start(), commits.slice(0, 1));
    side.plant(commits);
    await project(side.start(undefined, [diary, purses, ranking]), commits);
    expect(short((await audited(side)).problems)).toEqual(["jar-hot@1 row-behind jars"]);
  });

  it("raises no false alarm while writers, projectors and a rebuild are at work", async () => {
    const dice = createDice(seed);
    for (let round = 0; round < 40; round++) {
      const side = createReadSide({ pageSize: 1 + Math.floor(dice() * 4) });
      const all = histories(8).map((commits, index) => {
        const counts = commits.map(({ events }) => events.length);
        return jarHistory(`j${index}`, counts, { minutes: counts.map(() => 360) }).commits;
      });
      for (const commits of all) {
        side.plant(commits.slice(0, 1 + Math.floor(dice() * 4)));
        await project(side.start(), side.store.commits(commits[0]?.stream ?? ""));
      }
      if (dice() < 0.5) await startRebuild(side.start(), dice() < 0.5 ? jars : purses);
      const busy = side.start(async () => {
        const commit = dice() < 0.2 ? nextOf(side, all, dice()) : undefined;
        if (!commit) return;
        await side.store.append([commit]);
        if (dice() < 0.7) await project(side.start(), [commit]);
      });
      const workMs = dice() < 0.5 ? 0 : 60_000;
      const report = await audited(side, { ports: busy, workMs });
      expect(report, `round ${round}`).toMatchObject({ status: "done", ok: true, problems: [] });
    }
  });
});
