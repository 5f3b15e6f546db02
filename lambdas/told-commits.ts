import type { Commit } from "../lib/core/log/commit.ts";
import type { Facts } from "./telling.ts";

/** Commits of a batch that are named; a batch of more is a busy moment, and the line says how many there were. */
export const namedMax = 10;

/** What tells a batch from others: its commits, and the requests that they came from. */
export const toldCommits = (commits: readonly Commit[]): Facts => {
  const named = commits.slice(0, namedMax);
  return {
    commits: commits.length,
    named: named.map(({ stream, version }) => `${stream}@${version}`),
    correlationIds: [...new Set(named.map(({ correlationId }) => correlationId))],
  };
};

/** How many events commits have. */
export const eventsIn = (commits: readonly Commit[]): number =>
  commits.reduce((sum, { events }) => sum + events.length, 0);
