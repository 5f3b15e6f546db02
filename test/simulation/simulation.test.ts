import { describe, expect, test } from "vitest";
import { startAudit } from "../../lib/core/audit/audit.ts";
import { auditReport } from "../../lib/core/audit/audit-report.ts";
import { maintain } from "../../lib/core/upkeep/maintain.ts";
import { expectBuilt } from "../view-oracle.ts";
import { commander, mapping, operator, reader, worker } from "./actors.ts";
import { createWorld, type World } from "./world.ts";

/** Seeds of one run; `SIMULATION_SEED=17` replays a single one. */
const seeds = Number(process.env.SIMULATION_SEEDS ?? 2_000);
const only = process.env.SIMULATION_SEED;

/** Rounds of care and audit within which everything has to be whole again. */
const roundsMax = 6;

/** Everybody at work at once, until the commands are done and their notifications delivered or lost. */
const storm = async (world: World): Promise<void> => {
  let sending = true;
  let delivering = true;
  const { start, run } = world.scheduler;
  start(async () => {
    await commander(world, 5 + world.pick(15));
    sending = false;
  });
  start(async () => {
    await Promise.all([mapping(world, () => !sending), mapping(world, () => !sending)]);
    delivering = false;
  });
  const isOver = (): boolean => !delivering;
  start(() => worker(world, isOver));
  start(() => worker(world, isOver));
  start(() => operator(world, isOver));
  start(() => reader(world, isOver));
  await run();
};

/** What happens by itself once the storm is over: time passes, the caretaker and the auditor come by. */
const calm = async ({ side }: World): Promise<void> => {
  for (let round = 1; round <= roundsMax; round++) {
    side.clock.advance(2 * 3_600_000);
    const ports = side.start();
    await maintain(ports);
    await side.drain(ports);
    await startAudit(ports, `audit-${round}`);
    await side.drain(ports);
    const report = await auditReport(ports);
    const records = await ports.catalogue.list();
    if (report.ok && records.every(({ building }) => building === undefined)) return;
  }
  throw new Error(`Not whole after ${roundsMax} audits.`);
};

/** Every view holds what the log says, in the build that serves it. */
const expectWhole = async ({ side }: World): Promise<void> => {
  const { catalogue, views } = side.start();
  const records = new Map((await catalogue.list()).map((record) => [record.view, record]));
  for (const view of views) expectBuilt(side, view, records.get(view.name)?.live.generation ?? 0);
};

const simulate = async (seed: number): Promise<void> => {
  const world = createWorld(seed);
  const { weather, side } = world;
  await storm(world);
  if (weather.lossless) {
    // Nothing was lost, so nobody has to look for it: what is queued is enough.
    await side.drain();
    await expectWhole(world);
  }
  const isFair = weather.crash === 0 && weather.throttle === 0;
  if (isFair) expect(side.memory.calls.get("parking.park") ?? 0).toBe(0);
  await calm(world);
  await expectWhole(world);
};

describe("the read side, in any weather", () => {
  test("holds what the log says, once the auditor has come by", { timeout: 600_000 }, async () => {
    const first = only === undefined ? 1 : Number(only);
    const last = only === undefined ? seeds : Number(only);
    for (let seed = first; seed <= last; seed++)
      try {
        await simulate(seed);
      } catch (error) {
        throw new Error(`Seed ${seed} (replay it with SIMULATION_SEED=${seed}).`, { cause: error });
      }
    expect(last - first + 1).toBeGreaterThan(0);
  });
});
