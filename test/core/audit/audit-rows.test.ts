import { describe, expect, it } from "vitest";
import { Refusal } from "../../../lib/core/errors.ts";
import type { Commit } from "../../../lib/core/log/commit.ts";
import { startRebuild } from "../../../lib/core/upkeep/rebuild.ts";
import type { DocumentRow } from "../../../lib/core/view/document-view.ts";
import { audited, edited, rehashed, replaced, settled, short } from "../../audited.ts";
import type { ReadSide } from "../../read-side.ts";
import { jars } from "../../sample-views.ts";

const stream = "jar-j7";

const rowsIn = ({ memory }: ReadSide, generation = 1) =>
  memory.documents(jars, generation).standing as Map<string, DocumentRow>;

/** What only the rows know of, once it is gone from the log. */
const gone: readonly (readonly [string, (commits: readonly Commit[]) => unknown, string])[] = [
  ["a cut tail", (all) => all.slice(0, -1), "@14 row-ahead jars"],
  ["a longer cut tail", (all) => all.slice(0, 2), "@5 row-ahead jars"],
  ["a stream that is gone as a whole", () => [], "@0 row-ahead jars"],
  [
    "a last commit that was overwritten, its hash recomputed",
    (all) => rehashed(replaced(all, 7, edited)),
    "@17 row-differs jars",
  ],
  [
    "a stream that was rewritten from the start, every hash recomputed",
    (all) => rehashed(replaced(all, 1, edited)),
    "@17 row-differs jars",
  ],
];

const rewritten = (side: ReadSide, change: (commits: readonly Commit[]) => unknown): void => {
  const commits = change(side.store.commits(stream)) as readonly Commit[];
  // A hand that rewrites commits leaves out the snapshots that would give it away.
  const bare = commits.map(({ snapshot: _, ...commit }) => ({ ...commit, snapshotVersion: 0 }));
  if (commits.length === 0) side.remove(stream);
  else side.plant(commits.length < 8 ? commits : rehashed(bare));
};

describe("an audit of the rows", () => {
  it.each(gone)("finds %s, and reports it once", async (_, change, expected) => {
    for (const pageSize of [1, 2, 100])
      for (const workMs of [0, 60_000]) {
        const side = await settled(8, pageSize);
        rewritten(side, change);
        const { ok, problems, problemsFound } = await audited(side, { workMs });
        const found = problems.filter(({ kind }) => kind !== "checkpoint-ahead");
        expect(short(found)).toEqual([stream + expected]);
        expect(ok).toBe(false);
        expect(problemsFound).toBe(problems.length);
      }
  });

  it("finds a row that claims a version which the log never had", async () => {
    const side = await settled();
    const row = rowsIn(side).get(stream);
    if (!row) throw new Error("The row is missing.");
    rowsIn(side).set(stream, { ...row, version: 18 });
    expect(short((await audited(side)).problems)).toEqual([`${stream}@17 row-ahead jars`]);
  });

  it("finds a row whose hash is another one", async () => {
    const side = await settled();
    const row = rowsIn(side).get(stream);
    if (!row) throw new Error("The row is missing.");
    rowsIn(side).set(stream, { ...row, hash: new Uint8Array(32) });
    expect(short((await audited(side)).problems)).toEqual([`${stream}@17 row-differs jars`]);
  });

  it("finds a row that cannot be read, and goes on with the others", async () => {
    const side = await settled(8, 2);
    const ports = side.start();
    const served = async () => {
      const { documents, others } = await ports.served();
      return {
        others,
        documents: documents.map((each) => ({
          ...each,
          walk: async (options: Parameters<typeof each.walk>[0]) => {
            const { items, ...page } = await each.walk(options);
            const harmed = items.map((item) =>
              item.stream === stream ? { stream, version: 0, damage: "it has no version" } : item,
            );
            return { ...page, items: harmed };
          },
        })),
      };
    };
    const { problems } = await audited(side, { ports: { ...ports, served } });
    expect(problems).toEqual([
      { stream, version: 0, kind: "unreadable", detail: "it has no version", view: "jars" },
    ]);
  });

  it("walks the rows of a build from the start that begins to serve in the middle of it", async () => {
    const side = await settled(8, 1);
    await startRebuild(side.start(), jars);
    const builds = side.memory.messages.splice(0);
    let walked = 0;
    const switching = side.start(async (call, moment) => {
      if (call !== "rows.walk" || moment === "before") return;
      walked += 1;
      if (walked !== 5) return;
      side.memory.messages.push(...builds);
      await side.drain(side.start());
      // Only the build that serves now holds what is wrong; its rows were walked past already in the other one.
      for (const [name, row] of rowsIn(side, 2)) rowsIn(side, 2).set(name, { ...row, version: 99 });
    });
    const { problems } = await audited(side, { ports: switching, segments: 1 });
    expect(new Set(problems.map((each) => each.stream)).size).toBe(8);
  });

  it("calls nothing damaged because the log does not answer", async () => {
    const side = await settled();
    const silent = side.start((call) => {
      if (call === "store.tail") throw new Refusal("unavailable", "The log does not answer.");
    });
    await expect(audited(side, { ports: silent })).rejects.toThrow("The log does not answer.");
  });
});
