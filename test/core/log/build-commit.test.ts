import { describe, expect, test } from "vitest";
import type { Message } from "../../../lib/core/domain/message.ts";
import { buildCommit } from "../../../lib/core/log/build-commit.ts";
import { commitHash, genesisHash } from "../../../lib/core/log/integrity.ts";
import { itemBytes, itemBytesMax } from "../../../lib/core/log/item-size.ts";
import { emptyStream, type Loaded } from "../../../lib/core/log/loaded.ts";
import { defaultSnapshotPolicy, type SnapshotPolicy } from "../../../lib/core/log/snapshot.ts";
import { Personal } from "../../../lib/core/personal/personal.ts";
import { Event, jar } from "../../jar.ts";
import { jarHistory, noSnapshots, snapshotEvery } from "../../jar-history.ts";

const facts = {
  id: new Uint8Array(16).fill(7),
  time: "2026-11-01T12:00:00.000Z",
  actor: "ann",
  correlationId: "correlation",
  causationId: "causation",
  subjects: [],
};
const made = Event.Made({ ownerId: "ann", coins: 1 });

const built = (
  events: readonly Message[],
  before: Loaded = emptyStream(jar, "jar-1"),
  policy: SnapshotPolicy = defaultSnapshotPolicy,
  subjects: readonly string[] = [],
) => buildCommit(jar, before, events, { ...facts, subjects }, policy);

describe("a commit", () => {
  test("holds everything that one command decided", () => {
    const { commit } = built([made, Event.CoinsPut({ coins: 2 })]);
    expect(commit).toEqual({
      stream: "jar-1",
      version: 1,
      format: 1,
      events: [
        { type: "Made", schema: 1, data: { ownerId: "ann", coins: 1 } },
        { type: "CoinsPut", schema: 1, data: { coins: 2 } },
      ],
      id: facts.id,
      time: facts.time,
      owner: "ann",
      people: ["ann"],
      actor: "ann",
      correlationId: "correlation",
      causationId: "causation",
      snapshotVersion: 0,
      snapshot: { schema: 1, state: { ownerId: "ann", coins: 3, text: "" } },
      hash: commit.hash,
    });
  });

  test("follows the last version, hash and snapshot of its stream", () => {
    const first = built([made, Event.CoinsPut({ coins: 2 })]);
    const { commit } = built([Event.CoinsPut({ coins: 3 })], first.loaded);
    const { hash, ...content } = commit;
    expect(commit).toMatchObject({ version: 3, snapshotVersion: 1 });
    expect(hash).toEqual(commitHash(first.commit.hash, content));
    const { hash: firstHash, ...firstContent } = first.commit;
    expect(firstHash).toEqual(commitHash(genesisHash, firstContent));
  });

  test("names whose stream it is afterwards, and everybody whom it concerns, once and sorted", () => {
    const before = built([made, Event.Lent({ keeper: "zoe" })]).loaded;
    const sealed = Personal.sealed<string>(Uint8Array.of(1));
    const events = [Event.Given({ to: "ben" }), Event.Lettered({ for: "ann", text: sealed })];
    const { commit } = built(events, before, defaultSnapshotPolicy, ["ann", "zoe"]);
    expect(commit.owner).toBe("ben");
    expect(commit.people).toEqual(["ann", "ben", "zoe"]);
  });

  test("leads to the stream that a reader will load", () => {
    const { loaded } = built([made]);
    expect(loaded).toMatchObject({ stream: "jar-1", version: 1, time: facts.time });
    expect(loaded.state).toEqual({ ownerId: "ann", coins: 1, text: "" });
  });
});

describe("the snapshot in a commit", () => {
  test("points back to the latest one before, over commits that carry none", () => {
    const { commits } = jarHistory("1", [1, 1, 1, 1, 1, 1, 1], { policy: snapshotEvery(3) });
    expect(commits.map(({ snapshot }) => snapshot !== undefined)).toEqual([
      false,
      false,
      true,
      false,
      false,
      true,
      false,
    ]);
    expect(commits.map(({ snapshotVersion }) => snapshotVersion)).toEqual([0, 0, 0, 3, 3, 3, 6]);
  });

  test("is there in every commit of a small stream, within its first write unit", () => {
    const { commits } = jarHistory(
      "1",
      Array.from({ length: 20 }, () => 1),
    );
    expect(commits.every(({ snapshot }) => snapshot)).toBe(true);
    expect(commits.every((commit) => itemBytes(commit) <= 1024)).toBe(true);
  });

  test("never makes a commit cost a write unit more when it is there for being free", () => {
    for (let size = 0; size < 3000; size += 37) {
      const before = built(
        [made, Event.Inscribed({ text: "x".repeat(700) })],
        undefined,
        noSnapshots,
      );
      const { commit } = built([Event.Shaken({ noise: "x".repeat(size) })], before.loaded, {
        ...noSnapshots,
        inline: true,
      });
      const { snapshot, ...bare } = commit;
      if (snapshot)
        expect(Math.ceil(itemBytes(commit) / 1024)).toBe(Math.ceil(itemBytes(bare) / 1024));
    }
  });

  test("comes after 4 KB of commits", () => {
    let loaded = built(
      [made, Event.Inscribed({ text: "x".repeat(1500) })],
      undefined,
      noSnapshots,
    ).loaded;
    const carried: boolean[] = [];
    for (let count = 0; count < 5; count++) {
      const next = built([Event.Shaken({ noise: "x".repeat(700) })], loaded);
      carried.push(next.commit.snapshot !== undefined);
      loaded = next.loaded;
    }
    expect(carried).toEqual([false, false, true, false, false]);
  });

  test("is left out when the commit would get too large with it", () => {
    const before = built(
      [made, Event.Inscribed({ text: "x".repeat(250_000) })],
      undefined,
      noSnapshots,
    );
    const { commit } = built([Event.Shaken({ noise: "x".repeat(250_000) })], before.loaded);
    expect(commit.snapshot).toBeUndefined();
    expect(itemBytes(commit)).toBeLessThanOrEqual(itemBytesMax);
  });
});

describe("what no commit may hold", () => {
  const shaken = (bytes: number) => {
    const before = built([made], undefined, noSnapshots).loaded;
    return built([Event.Shaken({ noise: "x".repeat(bytes) })], before, noSnapshots);
  };

  test("more than DynamoDB takes, to the byte", () => {
    const room = itemBytesMax - itemBytes(shaken(0).commit);
    expect(itemBytes(shaken(room).commit)).toBe(itemBytesMax);
    expect(() => shaken(room + 1)).toThrow(expect.objectContaining({ kind: "too-large" }));
    expect(() => shaken(room + 1)).toThrow(`has ${itemBytesMax + 1} bytes`);
  });

  test("a personal value in clear", () => {
    const labelled = Event.Labelled({ label: Personal.clear("Ann's") });
    expect(() => built([made, labelled])).toThrow("Labelled.label is personal and not sealed");
  });

  test("an event that no reader could parse", () => {
    expect(() => built([made, { type: "CoinsPut", data: { coins: 0.5 } }])).toThrow();
    expect(() => built([made, { type: "Broken", data: {} }])).toThrow("jar has no event Broken.");
  });

  test("ill-formed Unicode", () => {
    expect(() => built([made, Event.Shaken({ noise: "\ud800" })])).toThrow(
      "Shaken.noise is not well-formed Unicode.",
    );
  });
});
