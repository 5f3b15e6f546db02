import { describe, expect, test } from "vitest";
import * as z from "zod/mini";
import { mayAsk } from "../../../lib/core/view/view-query.ts";
import {
  continueWatching,
  unfinishedEntry,
} from "../../../lib/domains/playback/continue-watching.ts";

const updatedAt = "2026-11-01T12:00:00.000Z";
const state = { user: "auth0|ann", position: 7, updatedAt };
const ann = { sub: "auth0|ann", admin: false, auditor: false };

describe("what a user may go on watching", () => {
  test.each(["playing", "stopped"] as const)("holds what is %s, by the time of it", (status) => {
    expect(unfinishedEntry({ ...state, status })).toEqual({
      partition: "auth0|ann",
      sort: updatedAt,
    });
  });

  test("holds nothing that is finished, and nothing that was never begun", () => {
    expect(unfinishedEntry({ ...state, status: "finished" })).toBeUndefined();
    expect(unfinishedEntry(null)).toBeUndefined();
  });

  test("is the caller's own, latest first, whoever asks", () => {
    expect(mayAsk(continueWatching, {}, ann)).toBe(true);
    expect(continueWatching.partition({}, ann)).toBe("auth0|ann");
    expect(continueWatching.partition({}, { ...ann, sub: "root", admin: true })).toBe("root");
    expect(continueWatching).toMatchObject({ index: "unfinished", descending: true });
  });

  test("is asked for without saying whose", () => {
    const accepts = (parameters: object) =>
      z.safeParse(continueWatching.parameters, parameters).success;
    expect([accepts({}), accepts({ user: "ben" })]).toEqual([true, false]);
  });
});
