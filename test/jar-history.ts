import { buildCommit } from "../lib/core/log/build-commit.ts";
import type { Commit } from "../lib/core/log/commit.ts";
import { emptyStream, type Loaded } from "../lib/core/log/loaded.ts";
import { defaultSnapshotPolicy, type SnapshotPolicy } from "../lib/core/log/snapshot.ts";
import { Event, jar } from "./jar.ts";

/** Never a snapshot. */
export const noSnapshots: SnapshotPolicy = {
  inline: false,
  eventsMax: Number.POSITIVE_INFINITY,
  bytesMin: Number.POSITIVE_INFINITY,
};

/** A snapshot after so many events, and never otherwise. */
export const snapshotEvery = (eventsMax: number): SnapshotPolicy => ({ ...noSnapshots, eventsMax });

/** How the commits of a jar are built. */
export interface JarOptions {
  readonly policy?: SnapshotPolicy;
  readonly owner?: string;
  /** Minutes after noon of each commit; as many as it is from the first if absent. */
  readonly minutes?: readonly number[];
}

/** A jar's commits, and the jar as it was after each. */
export interface JarHistory {
  readonly stream: string;
  readonly commits: readonly Commit[];
  readonly states: readonly Loaded[];
}

const noon = Date.parse("2026-11-01T12:00:00.000Z");

/** Commits of a jar of one coin, which then got one coin an event, as many events a commit as `counts` says. */
export const jarHistory = (
  id: string,
  counts: readonly number[],
  { policy = defaultSnapshotPolicy, owner = "ann", minutes = [] }: JarOptions = {},
): JarHistory => {
  const stream = `jar-${id}`;
  const commits: Commit[] = [];
  const states: Loaded[] = [];
  let loaded = emptyStream(jar, stream);
  for (const [index, count] of counts.entries()) {
    const events = Array.from({ length: count }, (_, place) =>
      index === 0 && place === 0
        ? Event.Made({ ownerId: owner, coins: 1 })
        : Event.CoinsPut({ coins: 1 }),
    );
    const minute = minutes[index] ?? index;
    const idBytes = new Uint8Array(16);
    new DataView(idBytes.buffer).setUint32(0, index + 1);
    const facts = {
      id: idBytes,
      time: new Date(noon + minute * 60_000).toISOString(),
      actor: owner,
      correlationId: "correlation",
      causationId: "causation",
      subjects: [],
    };
    const built = buildCommit(jar, loaded, events, facts, policy);
    loaded = built.loaded;
    commits.push(built.commit);
    states.push(loaded);
  }
  return { stream, commits, states };
};
