import { randomBytes } from "node:crypto";
import { buildCommit } from "../lib/core/log/build-commit.ts";
import type { Commit } from "../lib/core/log/commit.ts";
import { emptyStream, type Loaded } from "../lib/core/log/loaded.ts";
import { Event, jar } from "./jar.ts";
import { noSnapshots } from "./jar-history.ts";
import { createMemoryEventStore, type MemoryEventStore } from "./memory-event-store.ts";

/** A log of jars that tests add to, one commit after the other. */
export interface JarLog {
  readonly store: MemoryEventStore;
  /** Every commit so far, in the order in which they were made. */
  readonly commits: readonly Commit[];
  /** Adds a commit to a jar; `owner` counts when it makes the jar. */
  add(id: string, events: readonly Event[], owner?: string): Promise<Commit>;
  /** Makes a jar of one coin with so many commits, each of so many events. */
  fill(id: string, commits: number, events?: number, owner?: string): Promise<readonly Commit[]>;
}

const noon = Date.parse("2026-11-01T12:00:00.000Z");

/** An empty log; its commits carry no snapshot, a minute lies between them. */
export const createJarLog = (store = createMemoryEventStore()): JarLog => {
  const streams = new Map<string, Loaded>();
  const commits: Commit[] = [];
  const add: JarLog["add"] = async (id, events, owner = "ann") => {
    const stream = `jar-${id}`;
    const facts = {
      id: new Uint8Array(randomBytes(16)),
      time: new Date(noon + commits.length * 60_000).toISOString(),
      actor: owner,
      correlationId: "correlation",
      causationId: "causation",
      subjects: [],
    };
    const before = streams.get(stream) ?? emptyStream(jar, stream);
    const { commit, loaded } = buildCommit(jar, before, events, facts, noSnapshots);
    await store.append([commit]);
    streams.set(stream, loaded);
    commits.push(commit);
    return commit;
  };
  return {
    store,
    commits,
    add,
    fill: async (id, count, events = 1, owner = "ann") => {
      const made: Commit[] = [];
      for (let each = 0; each < count; each++) {
        const coins = Array.from({ length: events }, () => Event.CoinsPut({ coins: 1 }));
        const first = Event.Made({ ownerId: owner, coins: 1 });
        made.push(await add(id, each === 0 ? [first, ...coins.slice(1)] : coins, owner));
      }
      return made;
    },
  };
};
