import type { Domain } from "../domain/domain.ts";
import type { Commit } from "../log/commit.ts";
import { lastVersion } from "../log/commit.ts";
import type { EventReader } from "../log/event-store.ts";
import { commitHolding } from "../log/load.ts";
import { type ViewEvent, viewEvents } from "./envelope.ts";

/** Commits that are read at a time to fill a gap. */
const gapCommits = 100;

const after = (domain: Domain, commits: readonly Commit[], version: number): readonly ViewEvent[] =>
  commits.flatMap((commit) =>
    lastVersion(commit) > version
      ? viewEvents(domain, commit).filter(({ at }) => at.version > version)
      : [],
  );

const followOn = (events: readonly ViewEvent[], version: number): boolean =>
  events.every(({ at }, index) => at.version === version + 1 + index);

/**
 * The events of a stream right after `version`, without a gap: those of the commits at hand (in the order of their
 * versions) when they follow on, otherwise the next ones of the log, read strongly. Empty at the head.
 */
export const pendingEvents = async (
  domain: Domain,
  store: EventReader,
  stream: string,
  version: number,
  commits: readonly Commit[],
): Promise<readonly ViewEvent[]> => {
  const known = after(domain, commits, version);
  const needsRead = commits.length === 0 || (known.length > 0 && !followOn(known, version));
  if (!needsRead) return known;
  const page = await store.range(stream, {
    from: version + 1,
    limit: gapCommits,
    consistent: true,
  });
  // A checkpoint may stand inside a commit, when its events needed more than one transaction.
  const isInside = page.commits[0] !== undefined && page.commits[0].version > version + 1;
  const holding =
    version > 0 && (isInside || page.commits.length === 0)
      ? await commitHolding(store, stream, version + 1)
      : undefined;
  const events = after(domain, [...(holding ? [holding] : []), ...page.commits], version);
  if (followOn(events, version)) return events;
  throw new Error(`${stream} has a gap after version ${version}: the log is damaged.`);
};
