import { beforeEach, describe, expect, test } from "vitest";
import type { Bus, BusEvent } from "../../../lib/core/bus/bus.ts";
import { republish } from "../../../lib/core/bus/republish.ts";
import type { Commit } from "../../../lib/core/log/commit.ts";
import type { EventReader } from "../../../lib/core/log/event-store.ts";
import { noteCommit, notes, titled } from "../notes.ts";

const stream = "note-1";
const log: readonly Commit[] = [
  noteCommit(stream, 1, [titled("a"), titled("b")]),
  noteCommit(stream, 3, [titled("c")]),
  noteCommit(stream, 4, [titled("d")]),
  noteCommit(stream, 5, [titled("e")]),
];

const asked: boolean[] = [];
/** Reads the log two commits at a time. */
const range: EventReader["range"] = async (of, { from, to = 99, consistent }) => {
  asked.push(consistent);
  const found = log.filter(
    (each) => each.stream === of && each.version >= from && each.version <= to,
  );
  const next = found[2]?.version;
  return { commits: found.slice(0, 2), ...(next === undefined ? {} : { next }) };
};

const published: string[] = [];
const busThat = (refuses: (event: BusEvent) => boolean): Bus => ({
  publish: async (events) => {
    const taken = events.filter((event) => !refuses(event));
    published.push(...taken.map(({ version }) => `${stream}@${version}`));
    return events.filter(refuses).map((event) => ({ event, cause: new Error("The bus is full.") }));
  },
});
const publishing = (from: number, to: number, refuses = (_: BusEvent) => false) =>
  republish(
    { bus: busThat(refuses), domainOf: () => notes, store: { range } },
    { stream, from, to },
  );

beforeEach(() => {
  asked.length = 0;
  published.length = 0;
});

describe("publishing again", () => {
  test("takes commits from the log, page by page and in order, and no others", async () => {
    await publishing(1, 4);
    expect(published).toEqual(["note-1@1", "note-1@2", "note-1@3", "note-1@4"]);
    expect(asked).toEqual([true, true]);
  });

  test("of one commit publishes all of its events", async () => {
    await publishing(1, 1);
    expect(published).toEqual(["note-1@1", "note-1@2"]);
  });

  test("fails with the bus' own reason, so that it is tried again", async () => {
    await expect(publishing(3, 5, ({ version }) => version === 4)).rejects.toThrow(
      "The bus is full.",
    );
  });

  test("fails when the log has no such commit: what is gone is not passed over in silence", async () => {
    await expect(publishing(2, 5)).rejects.toThrow("The log has no commit note-1@2.");
    await expect(publishing(6, 6)).rejects.toThrow("The log has no commit note-1@6.");
    expect(published).toEqual([]);
  });
});
