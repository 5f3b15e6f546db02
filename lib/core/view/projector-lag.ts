import type { Commit } from "../log/commit.ts";

/** How far the projector is behind the log, as it noted last. */
export interface LagNote {
  /** Milliseconds from a commit to its application, of the oldest commit of a batch. */
  readonly lagMs: number;
  /** When that was, ISO 8601. */
  readonly at: string;
}

/** Where the projector's lag is noted. */
export interface ProjectorLag {
  note(note: LagNote): Promise<void>;
  find(): Promise<LagNote | undefined>;
}

/** The projector notes its lag no more often than this. */
export const lagNoteMs = 10_000;

/** The lag of a batch that was applied just now (milliseconds since the epoch); undefined for an empty one. */
export const lagOf = (
  commits: readonly Pick<Commit, "time">[],
  now: number,
): LagNote | undefined => {
  const oldest = commits.map(({ time }) => Date.parse(time)).sort((left, right) => left - right)[0];
  if (oldest === undefined) return undefined;
  return { lagMs: Math.max(0, now - oldest), at: new Date(now).toISOString() };
};
