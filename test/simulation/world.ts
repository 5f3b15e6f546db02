import type { CommandPorts } from "../../lib/core/command/command-request.ts";
import { createContention } from "../../lib/core/command/contention.ts";
import type { Commit } from "../../lib/core/log/commit.ts";
import { createStateCache } from "../../lib/core/log/state-cache.ts";
import { recentBounds } from "../../lib/core/view/recent-rows.ts";
import { createDice } from "../clock.ts";
import { Crash } from "../crash.ts";
import { noSnapshots, snapshotEvery } from "../jar-history.ts";
import type { Hook } from "../memory-views.ts";
import { createReadSide, type ReadSide, type ReadSidePorts } from "../read-side.ts";
import { createScheduler, type Scheduler } from "./scheduler.ts";

/** How a seed's world misbehaves: chances from 0 to 1 of what may happen at a step. */
export interface Weather {
  /** True: notifications and messages are late and repeated, but none is lost for good. */
  readonly lossless: boolean;
  readonly crash: number;
  readonly throttle: number;
  readonly drop: number;
  readonly repeat: number;
}

/** One seed's world: a log, its read side, and the notifications that are under way. */
export interface World {
  readonly seed: number;
  readonly side: ReadSide;
  readonly scheduler: Scheduler;
  readonly weather: Weather;
  random(): number;
  /** A whole number from 0 up to below `below`. */
  pick(below: number): number;
  chance(probability: number): boolean;
  /** Notifications that were not delivered yet, with how often that was tried. */
  readonly pending: { readonly commit: Commit; tries: number }[];
  /** A process of the read side: its calls take turns, and it may be throttled or die at any of them. */
  process(): ReadSidePorts;
  /** What commands are carried out with. */
  commandPorts(): CommandPorts;
}

/** What a store says that is too busy. */
class Throttled extends Error {
  override readonly name = "Throttled";
}

const unsealed = async (): Promise<readonly Uint8Array[]> => {
  throw new Error("No command of the simulation has personal values.");
};

/** Builds the world of a seed. */
export const createWorld = (seed: number): World => {
  const random = createDice(seed);
  const pick = (below: number): number => Math.floor(random() * below);
  const chance = (probability: number): boolean => random() < probability;
  const lossless = chance(0.5);
  const weather = {
    lossless,
    crash: chance(0.6) ? random() * 0.03 : 0,
    throttle: chance(0.6) ? random() * 0.05 : 0,
    drop: lossless ? 0 : random() * 0.3,
    repeat: random() * 0.5,
  };
  const side = createReadSide({ pageSize: 1 + pick(4), indexLagMs: recentBounds.keptMs / 2 });
  const scheduler = createScheduler(random);
  const pending: { readonly commit: Commit; tries: number }[] = [];
  const notified = new Set<string>();
  /** What the stream of the table tells, whatever the writer heard of its write. */
  const notify = (commits: readonly Commit[]): void => {
    for (const { stream, version } of commits)
      for (const commit of side.store.commits(stream)) {
        const key = `${stream}@${version}`;
        if (commit.version !== version || notified.has(key)) continue;
        notified.add(key);
        if (!chance(weather.drop)) pending.push({ commit, tries: 0 });
      }
  };
  const process = (): ReadSidePorts => {
    let dead = false;
    const hook: Hook = async (_, moment) => {
      await scheduler.turn();
      if (dead || chance(weather.crash)) {
        dead = true;
        throw new Crash();
      }
      if (moment === "before" && chance(weather.throttle)) throw new Throttled("Too busy.");
    };
    return { ...side.start(hook), random };
  };
  const policy = [noSnapshots, snapshotEvery(1), snapshotEvery(3)][pick(3)] ?? noSnapshots;
  let ids = 0;
  const commandPorts = (): CommandPorts => ({
    now: side.clock.now,
    sleep: async () => scheduler.turn(),
    random,
    newId: () => {
      ids += 1;
      const id = new Uint8Array(16);
      new DataView(id.buffer).setUint32(12, ids);
      return id;
    },
    store: {
      tail: (...asked) => scheduler.turn().then(() => side.store.tail(...asked)),
      range: (...asked) => scheduler.turn().then(() => side.store.range(...asked)),
      append: async (commits, record) => {
        await scheduler.turn();
        if (chance(weather.throttle)) side.store.faults.push("lost-after");
        const appended = await side.store.append(commits, record);
        notify(commits);
        return appended;
      },
    },
    states: createStateCache(),
    contention: createContention(),
    records: side.store.records,
    sealer: { seal: unsealed },
    policy,
  });
  return { seed, side, scheduler, weather, random, pick, chance, pending, process, commandPorts };
};
