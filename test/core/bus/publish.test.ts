import { describe, expect, test } from "vitest";
import type { Bus, BusEvent, BusFailure } from "../../../lib/core/bus/bus.ts";
import { publish } from "../../../lib/core/bus/publish.ts";
import type { Commit } from "../../../lib/core/log/commit.ts";
import { noteCommit, notes, titled } from "../notes.ts";

const recording = (refuse: (event: BusEvent) => boolean = () => false) => {
  const published: string[] = [];
  const bus: Bus = {
    publish: async (events) => {
      const failures: BusFailure[] = [];
      for (const event of events) {
        if (refuse(event)) failures.push({ event, cause: new Error("refused") });
        else published.push(`${event.stream}@${event.version}`);
      }
      return failures;
    },
  };
  const run = async (...commits: readonly Commit[]) => {
    const domainOf = (stream: string) => (stream.startsWith("note-") ? notes : undefined);
    const failures = await publish({ bus, domainOf }, commits);
    return failures.map(({ commit }) => `${commit.stream}@${commit.version}`);
  };
  return { published, run };
};

const unreadable = { type: "NoteBurnt", schema: 1, data: {} };

describe("publishing a batch of commits", () => {
  test("publishes every event once, and reports nothing", async () => {
    const { published, run } = recording();
    const commits = [
      noteCommit("note-1", 1, [titled("a"), titled("b")]),
      noteCommit("note-2", 1, [titled("c")]),
    ];
    expect(await run(...commits)).toEqual([]);
    expect(published.toSorted()).toEqual(["note-1@1", "note-1@2", "note-2@1"]);
  });

  test("puts the commits of a stream in their order, also within one millisecond", async () => {
    const { published, run } = recording();
    const at = (ms: number) => ({ time: new Date(ms).toISOString() });
    await run(
      noteCommit("note-1", 12, [titled("d")], at(2000)),
      noteCommit("note-1", 3, [titled("c")], at(1000)),
      noteCommit("note-1", 1, [titled("a"), titled("b")], at(1000)),
    );
    expect(published).toEqual(["note-1@1", "note-1@2", "note-1@3", "note-1@12"]);
  });

  test("reports a commit once when several of its events are refused", async () => {
    const { run } = recording(({ stream }) => stream === "note-1");
    const commits = [
      noteCommit("note-1", 1, [titled("a"), titled("b")]),
      noteCommit("note-2", 1, [titled("c")]),
    ];
    expect(await run(...commits)).toEqual(["note-1@1"]);
  });

  test("holds back what follows an unreadable commit in its stream; other streams go on", async () => {
    const { published, run } = recording();
    const failed = await run(
      noteCommit("note-1", 1, [titled("a")]),
      noteCommit("note-1", 2, [unreadable]),
      noteCommit("note-1", 3, [titled("c")]),
      noteCommit("note-2", 1, [titled("d")]),
    );
    expect(failed).toEqual(["note-1@2", "note-1@3"]);
    expect(published).toEqual(["note-1@1", "note-2@1"]);
  });

  test("reports a stream of a category that nobody here knows", async () => {
    const { run } = recording();
    expect(await run(noteCommit("ghost-1", 1, [titled("boo")]))).toEqual(["ghost-1@1"]);
  });
});
