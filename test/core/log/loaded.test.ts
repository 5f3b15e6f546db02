import { describe, expect, test } from "vitest";
import type { Occurrence } from "../../../lib/core/domain/decider.ts";
import type { Domain } from "../../../lib/core/domain/domain.ts";
import { genesisHash } from "../../../lib/core/log/integrity.ts";
import { advance, emptyStream, foldCommit, fromSnapshot } from "../../../lib/core/log/loaded.ts";
import { jar } from "../../jar.ts";
import { jarHistory, noSnapshots, snapshotEvery } from "../../jar-history.ts";

const { commits, states } = jarHistory("1", [1, 3, 2], { policy: noSnapshots });
const [first, second, third] = commits;
const [afterFirst, afterSecond] = states;
if (!first || !second || !third || !afterFirst || !afterSecond)
  throw new Error("The history is too short.");

describe("folding a commit", () => {
  test("tells each event where, when and by whom it happened", () => {
    const told: Occurrence[] = [];
    const decider: Domain["decider"] = {
      ...jar.decider,
      evolve: (state, event, occurrence) => {
        told.push(occurrence);
        return jar.decider.evolve(state, event, occurrence);
      },
    };
    foldCommit({ ...jar, decider }, afterFirst.state, second);
    const { time } = second;
    expect(told).toEqual([2, 3, 4].map((version) => ({ id: "1", version, time, actor: "ann" })));
  });

  test("can stop after some of its events", () => {
    const coins = [0, 1, 2, 3].map((count) => foldCommit(jar, afterFirst.state, second, count));
    expect(coins).toMatchObject([{ coins: 1 }, { coins: 2 }, { coins: 3 }, { coins: 4 }]);
  });
});

describe("a stream", () => {
  test("begins at version 0, with nothing before it", () => {
    expect(emptyStream(jar, "jar-1")).toMatchObject({
      version: 0,
      state: null,
      time: "",
      hash: genesisHash,
    });
  });

  test("follows its commits, and counts what has passed since its last snapshot", () => {
    expect(advance(jar, afterFirst, second)).toMatchObject({
      version: 4,
      hash: second.hash,
      time: second.time,
      snapshotVersion: 0,
      eventsSince: 4,
    });
    const { states: every } = jarHistory("1", [1, 3, 2], { policy: snapshotEvery(4) });
    expect(every.map(({ eventsSince, snapshotVersion }) => [eventsSince, snapshotVersion])).toEqual(
      [
        [1, 0],
        [0, 2],
        [2, 2],
      ],
    );
  });

  test("refuses a commit that does not follow, and says so before anything is folded", () => {
    const message = "Stream jar-1: commit 5 does not follow version 0.";
    expect(() => advance(jar, emptyStream(jar, "jar-1"), third)).toThrow(message);
    expect(() => advance(jar, afterSecond, second)).toThrow("does not follow version 4");
  });

  test("begins anew from a commit that carries a snapshot, and from no other", () => {
    const { commits: every, states: known } = jarHistory("1", [1, 3], { policy: snapshotEvery(4) });
    expect(every.map((commit) => fromSnapshot(jar, commit))).toEqual([undefined, known[1]]);
  });
});
