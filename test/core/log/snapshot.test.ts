import { describe, expect, test } from "vitest";
import {
  defaultSnapshotPolicy,
  type SnapshotOccasion,
  type SnapshotPolicy,
  wantsSnapshot,
} from "../../../lib/core/log/snapshot.ts";

const wants = (occasion: Partial<SnapshotOccasion>, policy: Partial<SnapshotPolicy> = {}) =>
  wantsSnapshot(
    { ...defaultSnapshotPolicy, ...policy },
    { commitBytes: 1000, snapshotBytes: 500, eventsSince: 1, bytesSince: 1000, ...occasion },
  );

describe("a snapshot that is free", () => {
  test("fits in the write unit that is paid for already, to the last byte", () => {
    expect(wants({ commitBytes: 600, snapshotBytes: 424 })).toBe(true);
    expect(wants({ commitBytes: 600, snapshotBytes: 425 })).toBe(false);
  });

  test("is free in a later write unit too", () => {
    expect(wants({ commitBytes: 1100, snapshotBytes: 900 })).toBe(true);
    expect(wants({ commitBytes: 2048, snapshotBytes: 1 })).toBe(false);
  });

  test("is not written when inline snapshots are off", () => {
    expect(wants({ commitBytes: 100, snapshotBytes: 100 }, { inline: false })).toBe(false);
  });
});

describe("a snapshot that costs", () => {
  test("is written once a hundred events have passed", () => {
    expect(wants({ eventsSince: 99 })).toBe(false);
    expect(wants({ eventsSince: 100 })).toBe(true);
  });

  test("is written after as many events as the policy says", () => {
    expect([1, 2, 3, 4].map((eventsSince) => wants({ eventsSince }, { eventsMax: 3 }))).toEqual([
      false,
      false,
      true,
      true,
    ]);
  });

  test("is written once 4 KB of commits have passed", () => {
    expect(wants({ bytesSince: 4095 })).toBe(false);
    expect(wants({ bytesSince: 4096 })).toBe(true);
  });

  test("waits for as many bytes of commits as it has itself, when that is more than 4 KB", () => {
    expect(wants({ snapshotBytes: 9000, bytesSince: 8999 })).toBe(false);
    expect(wants({ snapshotBytes: 9000, bytesSince: 9000 })).toBe(true);
  });

  test("keeps both rules when inline snapshots are off", () => {
    expect(wants({ eventsSince: 100 }, { inline: false })).toBe(true);
    expect(wants({ bytesSince: 4096 }, { inline: false })).toBe(true);
  });
});
