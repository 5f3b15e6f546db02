import { writeUnits } from "./item-size.ts";

/** When a commit carries a snapshot of the state after it. */
export interface SnapshotPolicy {
  /** True: a snapshot that fits in the write unit already paid for is written along. */
  readonly inline: boolean;
  /** Events since the last snapshot after which a commit carries one. */
  readonly eventsMax: number;
  /** Bytes of commits since the last snapshot after which a commit carries one, unless the snapshot itself is larger. */
  readonly bytesMin: number;
}

export const defaultSnapshotPolicy: SnapshotPolicy = {
  inline: true,
  eventsMax: 100,
  bytesMin: 4096,
};

/** What decides: sizes in bytes, events and bytes since the last snapshot with this commit included. */
export interface SnapshotOccasion {
  readonly commitBytes: number;
  readonly snapshotBytes: number;
  readonly eventsSince: number;
  readonly bytesSince: number;
}

/** Whether a commit carries a snapshot: when it is free, or when loading would otherwise read too much. */
export const wantsSnapshot = (policy: SnapshotPolicy, occasion: SnapshotOccasion): boolean => {
  const { commitBytes, snapshotBytes, eventsSince, bytesSince } = occasion;
  const free = writeUnits(commitBytes + snapshotBytes) === writeUnits(commitBytes);
  return (
    (policy.inline && free) ||
    eventsSince >= policy.eventsMax ||
    bytesSince >= Math.max(policy.bytesMin, snapshotBytes)
  );
};
