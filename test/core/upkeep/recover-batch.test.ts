import { beforeEach, describe, expect, test } from "vitest";
import { startRebuild } from "../../../lib/core/upkeep/rebuild.ts";
import {
  type CommitKey,
  recoverEvents,
  recoverViews,
} from "../../../lib/core/upkeep/recover-batch.ts";
import { project } from "../../../lib/core/view/project.ts";
import { createJarLog, type JarLog } from "../../jar-log.ts";
import { createReadSide, queued, type ReadSide } from "../../read-side.ts";
import { jarViews, purses } from "../../sample-views.ts";
import { expectBuilt } from "../../view-oracle.ts";

let side: ReadSide;
let log: JarLog;

beforeEach(async () => {
  side = createReadSide();
  log = createJarLog(side.store);
  await project(side.start(), []);
});

const firstOf = (stream: string): CommitKey => ({ stream, version: 1 });
const recover = (...streams: readonly string[]) => recoverViews(side.start(), streams.map(firstOf));
const catchUps = () => queued(side, "catch-up");

describe("a batch that the projector gave up", () => {
  test("is made good: every view of its streams is at the head again, with no other notice", async () => {
    await log.fill("a", 130);
    await log.fill("b", 2);
    expect(await recover("jar-a", "jar-b")).toBe(2 * jarViews.length);
    await side.drain();
    for (const view of jarViews) expectBuilt(side, view, 1);
  });

  test("is queued once a stream, however many of its commits are in it", async () => {
    await recover("jar-a", "jar-a", "jar-a");
    expect(catchUps()).toHaveLength(jarViews.length);
  });

  test("reaches the build that is being filled as well as the one that serves", async () => {
    await startRebuild(side.start(), purses);
    await recover("jar-a");
    const generations = catchUps().flatMap((work) =>
      work.kind === "catch-up" && work.view === purses.name ? [work.generation] : [],
    );
    expect(generations.sort()).toEqual([1, 2]);
  });

  test("is no business of views that follow other streams", async () => {
    expect(await recover("sample-a")).toBe(0);
    expect(catchUps()).toEqual([]);
  });

  test("leaves out a view that was never recorded: it will be built from the log as a whole", async () => {
    const young = { ...purses, name: "young" };
    await recoverViews(side.start(undefined, [young]), [firstOf("jar-a")]);
    expect(catchUps()).toEqual([]);
  });
});

describe("a batch that the publisher gave up", () => {
  const keys = (...text: readonly string[]): readonly CommitKey[] =>
    text.map((each) => {
      const [stream = "", version] = each.split("@");
      return { stream, version: Number(version) };
    });

  test("is queued once a stream, from its first commit in the batch to its last", async () => {
    const batch = keys("jar-a@4", "jar-b@1", "jar-a@9", "jar-a@2");
    expect(await recoverEvents(side.start(), batch)).toBe(2);
    expect(queued(side, "publish")).toEqual([
      { kind: "publish", stream: "jar-a", from: 2, to: 9 },
      { kind: "publish", stream: "jar-b", from: 1, to: 1 },
    ]);
  });

  test("reaches the bus again, as the log has it, and no other commit does", async () => {
    await log.fill("a", 6);
    await log.fill("b", 3);
    await recoverEvents(side.start(), keys("jar-a@2", "jar-a@4"));
    await side.drain();
    const ids = side.published.map(({ stream, version }) => `${stream}@${version}`);
    expect(ids).toEqual(["jar-a@2", "jar-a@3", "jar-a@4"]);
  });
});
