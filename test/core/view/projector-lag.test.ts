import { expect, test } from "vitest";
import { lagOf } from "../../../lib/core/view/projector-lag.ts";

const now = Date.parse("2026-11-01T12:00:10.000Z");

test("the lag of a batch is that of its oldest commit", () => {
  const times = ["2026-11-01T12:00:09.000Z", "2026-11-01T12:00:07.500Z"];
  expect(
    lagOf(
      times.map((time) => ({ time })),
      now,
    ),
  ).toEqual({
    lagMs: 2_500,
    at: "2026-11-01T12:00:10.000Z",
  });
});

test("a commit from a clock that is ahead has no negative lag", () => {
  expect(lagOf([{ time: "2026-11-01T12:00:11.000Z" }], now)?.lagMs).toBe(0);
});

test("an empty batch has none", () => {
  expect(lagOf([], now)).toBeUndefined();
});
