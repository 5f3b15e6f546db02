import { describe, expect, test } from "vitest";
import { lastVersion, parseCommit, sameBytes } from "../../../lib/core/log/commit.ts";
import { sampleCommit } from "../../sample-commit.ts";

const commit = sampleCommit("account-1", undefined, { count: 3, owner: "ann" });

describe("an item of the event table", () => {
  test("is a commit, whose last version counts its events", () => {
    expect(parseCommit(commit)).toEqual(commit);
    expect(lastVersion(commit)).toBe(3);
  });

  test("keeps attributes that this code does not know, for the hash covers them", () => {
    const [event, ...events] = commit.events;
    const item = { ...commit, later: 1, events: [{ ...event, later: 2 }, ...events] };
    expect(parseCommit(item)).toEqual(item);
  });

  test.each([
    ["of another format", { format: 2 }],
    ["at version 0", { version: 0 }],
    ["at half a version", { version: 1.5 }],
    ["whose id is text", { id: "abc" }],
    ["whose hash is missing", { hash: undefined }],
    ["whose events are none", { events: undefined }],
    ["whose event has no schema", { events: [{ type: "Made", data: {} }] }],
    ["whose event has no data", { events: [{ type: "Made", schema: 1 }] }],
    ["whose owner is nobody", { owner: undefined }],
  ])("is refused when it is one %s", (_, change) => {
    expect(() => parseCommit({ ...commit, ...change })).toThrow("is not a commit");
  });

  test("has an id that is compared by its bytes", () => {
    expect(sameBytes(Uint8Array.of(1, 2), Buffer.from([1, 2]))).toBe(true);
    expect(sameBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 3))).toBe(false);
    expect(sameBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 2, 3))).toBe(false);
  });
});
