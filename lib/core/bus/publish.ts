import type { Registry } from "../domain/registry.ts";
import type { Commit } from "../log/commit.ts";
import { type Bus, type BusEvent, busEvents } from "./bus.ts";

/** What publishing needs of the world. */
export interface PublishPorts {
  readonly bus: Bus;
  readonly domainOf: Registry["domainOf"];
}

/** A commit of which at least one event was not published, and why. */
export interface PublishFailure {
  readonly commit: Commit;
  readonly cause: unknown;
}

/** The order of the log as far as it has one: a stream's times never go back, so each stream is in order. */
const inOrder = (commits: readonly Commit[]): readonly Commit[] =>
  commits.toSorted((left, right) =>
    left.time === right.time ? left.version - right.version : left.time < right.time ? -1 : 1,
  );

const eventsOf = (domainOf: Registry["domainOf"], commit: Commit): readonly BusEvent[] => {
  const domain = domainOf(commit.stream);
  if (domain) return busEvents(domain, commit);
  throw new Error(`Stream ${commit.stream} is of a category that is unknown here.`);
};

/**
 * Publishes a batch of commits, and answers which were not published whole. What follows such a commit in its stream is
 * held back and fails too; other streams go on.
 */
export const publish = async (
  { bus, domainOf }: PublishPorts,
  commits: readonly Commit[],
): Promise<readonly PublishFailure[]> => {
  const failures = new Map<Commit, unknown>();
  const origins = new Map<BusEvent, Commit>();
  const held = new Set<string>();
  for (const commit of inOrder(commits))
    try {
      if (held.has(commit.stream)) throw new Error(`An earlier commit of ${commit.stream} failed.`);
      for (const event of eventsOf(domainOf, commit)) origins.set(event, commit);
    } catch (cause) {
      held.add(commit.stream);
      failures.set(commit, cause);
    }
  for (const { event, cause } of await bus.publish([...origins.keys()])) {
    const commit = origins.get(event);
    if (commit && !failures.has(commit)) failures.set(commit, cause);
  }
  return [...failures].map(([commit, cause]) => ({ commit, cause }));
};
