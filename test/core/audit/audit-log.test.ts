import { describe, expect, it } from "vitest";
import { Refusal } from "../../../lib/core/errors.ts";
import type { Commit } from "../../../lib/core/log/commit.ts";
import { commitHash } from "../../../lib/core/log/integrity.ts";
import { project } from "../../../lib/core/view/project.ts";
import { audited, edited, rehashed, replaced, settled, short } from "../../audited.ts";
import { jarHistory, snapshotEvery } from "../../jar-history.ts";
import { createReadSide, filled, type ReadSide } from "../../read-side.ts";

/** Jar 7 has eight commits with snapshots, jar 6 seven without. */
const withSnapshots = "jar-j7";
const without = "jar-j6";

const harm = (side: ReadSide, stream: string, change: (commits: readonly Commit[]) => unknown) =>
  side.plant(change(side.store.commits(stream)) as readonly Commit[]);

const swapped = (commits: readonly Commit[], left: number, right: number): readonly Commit[] => {
  const at = (place: number) => commits[place] as Commit;
  return commits.map((commit, place) => {
    const { version, stream, ...other } =
      place === left ? at(right) : place === right ? at(left) : commit;
    return { ...other, stream, version: commit.version };
  });
};

/** What a hand that can write the table may do, and what the auditor says then. */
const harms: readonly (readonly [
  string,
  string,
  (commits: readonly Commit[]) => unknown,
  readonly string[],
])[] = [
  ["a removed middle commit", without, (all) => all.toSpliced(3, 1), ["jar-j6@7 gap"]],
  ["a removed first commit", without, (all) => all.slice(1), ["jar-j6@1 gap"]],
  [
    "a removed middle commit, with everything behind it moved up",
    without,
    (all) => {
      const gone = all[3]?.events.length ?? 0;
      return all
        .toSpliced(3, 1)
        .map((each, at) => (at < 3 ? each : { ...each, version: each.version - gone }));
    },
    ["jar-j6@7 broken-chain"],
  ],
  [
    "another hash",
    withSnapshots,
    (all) => replaced(all, 2, (each) => ({ ...each, hash: new Uint8Array(32) })),
    ["jar-j7@6 broken-chain"],
  ],
  ["an edited event", withSnapshots, (all) => replaced(all, 4, edited), ["jar-j7@9 broken-chain"]],
  [
    "another actor",
    without,
    (all) => replaced(all, 1, (each) => ({ ...each, actor: "nobody" })),
    ["jar-j6@2 broken-chain"],
  ],
  [
    "two commits in each other's places",
    without,
    (all) => swapped(all, 2, 3),
    ["jar-j6@4 broken-chain"],
  ],
  [
    "a middle commit that was overwritten, its own hash recomputed",
    without,
    (all) =>
      replaced(all, 3, (each) => {
        const { hash: _, ...content } = edited(each);
        return { ...content, hash: commitHash(all[2]?.hash ?? new Uint8Array(0), content) };
      }),
    ["jar-j6@8 broken-chain"],
  ],
  [
    "a commit that is none",
    without,
    (all) => replaced(all, 2, (each) => ({ ...each, people: "all" as never })),
    ["jar-j6@4 unreadable"],
  ],
  [
    "an event of an unknown type, hashed again",
    without,
    (all) =>
      rehashed(
        replaced(all, 2, (each) => ({
          ...each,
          events: [{ type: "Eaten", schema: 1, data: {} }],
        })),
      ).slice(0, 3),
    ["jar-j6@4 unreadable"],
  ],
];

describe("an audit of the log", () => {
  it("finds nothing wrong where nothing is", async () => {
    const side = await settled();
    const report = await audited(side);
    expect(report).toMatchObject({ status: "done", ok: true, problems: [], problemsFound: 0 });
    expect(report.streams).toBe(8);
    expect(report.events).toBe(side.log().flatMap(({ events }) => events).length);
  });

  it.each(harms)("finds %s, wherever pages end", async (_, stream, change, expected) => {
    // With no time at all, each page is another worker's.
    for (const pageSize of [1, 2, 3, 100])
      for (const workMs of [60_000, 0]) {
        const side = await settled(8, pageSize);
        harm(side, stream, change);
        const { ok, problems } = await audited(side, { workMs });
        const found = short(problems.filter(({ view }) => view === undefined));
        expect(found, `${pageSize} a page`).toEqual(expected);
        expect(ok).toBe(false);
      }
  });

  it("finds a snapshot that differs from the fold, though every hash was made again", async () => {
    const { commits, stream } = jarHistory("s", [1, 1, 1, 1, 1, 1], { policy: snapshotEvery(3) });
    const place = commits.findIndex(({ snapshot }) => snapshot);
    const richer = replaced(commits, place, (each) => ({
      ...each,
      snapshot: { schema: 1, state: { ownerId: "ann", coins: 999, text: "" } },
    }));
    for (const pageSize of [1, 2, 100]) {
      const side = createReadSide({ pageSize });
      side.plant(rehashed(richer));
      await project(side.start(), side.log());
      const { problems } = await audited(side);
      expect(short(problems)).toEqual([`${stream}@3 snapshot-differs`]);
    }
  });

  it("finds a stream of a category that nobody knows, once", async () => {
    const side = await settled();
    const strange = side.store.commits(without).map((each) => ({ ...each, stream: "urn-1" }));
    side.plant(strange);
    for (const workMs of [60_000, 0])
      expect(short((await audited(side, { workMs })).problems)).toEqual(["urn-1@1 unreadable"]);
  });

  it("goes on with the other streams after a broken one", async () => {
    const side = await settled();
    for (const stream of ["jar-j1", "jar-j4", "jar-j6"])
      harm(side, stream, (all) => replaced(all, 1, edited));
    const { problems } = await audited(side);
    expect(short(problems)).toEqual([
      "jar-j1@3 broken-chain",
      "jar-j4@3 broken-chain",
      "jar-j6@2 broken-chain",
    ]);
  });

  it("calls nothing damaged because the store does not answer", async () => {
    for (const call of ["log.commits", "store.tail", "store.range", "documents.get"]) {
      const side = filled(8, { pageSize: 2 });
      const silent = side.start((each) => {
        if (each === call) throw new Refusal("unavailable", "The store does not answer.");
      });
      await expect(audited(side, { ports: silent, workMs: 0 })).rejects.toThrow("does not answer");
      expect([...side.audits.progress.values()].flatMap(({ problems }) => problems)).toEqual([]);
    }
  });
});
