import { expect, test } from "vitest";
import { IsoTime } from "../../../lib/core/query/iso-time.ts";

test.each([
  ["2026-11-01", "2026-11-01T00:00:00.000Z"],
  ["2026-11-01T00:00:00Z", "2026-11-01T00:00:00.000Z"],
  ["2026-11-01T01:30:00.5+02:00", "2026-10-31T23:30:00.500Z"],
])("%s means %s", (text, time) => {
  expect(IsoTime.parse(text)).toBe(time);
});

test.each(["", "today", "2026-13-01", "2026-11-31", "2026-11-01T00:00:00", "1793491200", 7])(
  "%j is no time",
  (text) => {
    expect(IsoTime.safeParse(text).success).toBe(false);
  },
);
