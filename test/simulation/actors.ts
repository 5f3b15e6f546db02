import { expect } from "vitest";
import { execute } from "../../lib/core/command/execute.ts";
import type { Step } from "../../lib/core/domain/domain.ts";
import type { Message } from "../../lib/core/domain/message.ts";
import { Refusal } from "../../lib/core/errors.ts";
import { listTally } from "../../lib/core/query/list-rows.ts";
import { workQueue } from "../../lib/core/system/queues.ts";
import { maintain } from "../../lib/core/upkeep/maintain.ts";
import { startRebuild } from "../../lib/core/upkeep/rebuild.ts";
import { doWork } from "../../lib/core/upkeep/work.ts";
import { project } from "../../lib/core/view/project.ts";
import type { View } from "../../lib/core/view/view.ts";
import { Command, jar, pour } from "../jar.ts";
import { jars, jarViews, ranking } from "../sample-views.ts";
import type { World } from "./world.ts";

const streamsMax = 4;

const jarId = (world: World): string => `j${world.pick(streamsMax)}`;

const someCommand = (world: World): Message => {
  switch (world.pick(5)) {
    case 0:
      return Command.Take({ coins: 1 + world.pick(3) });
    case 1:
      return Command.Give({ to: `user${world.pick(2)}` });
    case 2:
      return Command.Empty({});
    default:
      return Command.Put({ handfuls: Array.from({ length: 1 + world.pick(3) }, () => 1) });
  }
};

const someSteps = (world: World): readonly Step<Message, Message>[] => {
  const id = jarId(world);
  if (world.chance(0.2)) return pour(id, jarId(world), 1);
  const command = someCommand(world);
  return [{ id, command: () => command }];
};

/** Sends commands, one after the other; refusals are part of the game. */
export const commander = async (world: World, commands: number): Promise<void> => {
  const ports = world.commandPorts();
  const caller = { sub: "user0", admin: true, auditor: false };
  const request = { domain: jar, caller, correlationId: "c", causationId: "c" };
  const make = Command.Make({ coins: 5 });
  for (let index = 0; index < streamsMax; index++)
    await execute(ports, { ...request, steps: [{ id: `j${index}`, command: () => make }] });
  for (let index = 0; index < commands; index++) {
    const steps = someSteps(world);
    if (steps[0]?.id === steps[1]?.id) continue;
    try {
      await execute(ports, { ...request, steps });
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
    }
  }
};

/** Times that a batch is delivered before it is given up. */
const triesMax = 3;

/** Delivers notifications in batches: repeated, out of order, again after a failure, and at last not at all. */
export const mapping = async (world: World, isOver: () => boolean): Promise<void> => {
  const { pending, pick, chance, weather } = world;
  const delivered: (typeof pending)[number][] = [];
  while (!isOver() || pending.length > 0) {
    await world.scheduler.turn();
    const batch = Array.from({ length: Math.min(pending.length, 1 + pick(5)) }, () =>
      pending.splice(pick(pending.length), 1),
    ).flat();
    const again = chance(weather.repeat) ? delivered.slice(pick(delivered.length)).slice(0, 2) : [];
    const records = [...batch, ...again].map(({ commit }) => commit);
    if (records.length === 0) continue;
    try {
      await project(world.process(), records);
      delivered.push(...batch);
    } catch {
      for (const record of batch) {
        record.tries += 1;
        if (weather.lossless || record.tries < triesMax) pending.push(record);
      }
    }
  }
};

/** Works on the queue as its consumer does; what fails too often becomes a dead letter. */
export const worker = async (world: World, isOver: () => boolean): Promise<void> => {
  const { memory, clock } = world.side;
  const receives = new Map<string, number>();
  while (!isOver()) {
    await world.scheduler.turn();
    const ready = memory.messages.filter(({ delaySeconds }) => delaySeconds === 0);
    const message = ready[world.pick(ready.length)];
    if (!message) continue;
    memory.messages.splice(memory.messages.indexOf(message), 1);
    const key = JSON.stringify(message.work);
    const ports = world.process();
    try {
      await doWork(ports, message.work, clock.now() + (world.chance(0.5) ? 0 : 60_000));
      receives.delete(key);
    } catch {
      receives.set(key, (receives.get(key) ?? 0) + 1);
      const isGivenUp = (receives.get(key) ?? 0) >= workQueue.receivesMax;
      if (world.weather.lossless || !isGivenUp) memory.messages.push(message);
    }
  }
};

/** Rebuilds some view now and then, and looks after what others have left. */
export const operator = async (world: World, isOver: () => boolean): Promise<void> => {
  while (!isOver()) {
    for (let idle = world.pick(60); idle > 0 && !isOver(); idle--) await world.scheduler.turn();
    const ports = world.process();
    const view = ports.views[world.pick(ports.views.length)];
    try {
      if (view && world.chance(0.7)) await startRebuild(ports, view, { segments: 2 });
      else await maintain(ports);
    } catch {
      // It died, was refused or was throttled; others go on.
    }
  }
};

/** How far a view has a stream, as the build that serves it shows. */
const shownVersion = async (world: World, view: View, stream: string): Promise<number> => {
  const { catalogue, tables } = world.side.start();
  const record = (await catalogue.list()).find((each) => each.view === view.name);
  const generation = record?.live.generation ?? 1;
  switch (view.kind) {
    case "document":
      return (
        (await tables.documents(view, generation).get(stream, { consistent: true }))?.version ?? 0
      );
    case "ledger":
      return (await tables.ledger(view, generation).checkpoints([stream])).get(stream) ?? 0;
    case "tally":
      return (await tables.tally(view, generation).checkpoints([stream])).get(stream) ?? 0;
  }
};

/** Asks a tally by its sum, with a token of all that it has taken in; fails when anything of that is not shown. */
const expectRanked = async (world: World): Promise<void> => {
  const { catalogue, tables } = world.side.start();
  const { memory } = world.side;
  const record = (await catalogue.list()).find((each) => each.view === ranking.name);
  const generation = record?.live.generation ?? 1;
  const rows = tables.tally(ranking, generation);
  const query = ranking.query ?? expect.fail();
  const request = {
    parameters: { kind: "in" },
    caller: { sub: "user0", admin: true, auditor: false },
    token: memory.checkpoints(ranking, generation),
    limit: 1 + world.pick(3),
  };
  let { items, cursor } = await listTally(ranking, query, rows, request);
  const shown = [...items];
  while (cursor !== undefined) {
    ({ items, cursor } = await listTally(ranking, query, rows, { ...request, cursor }));
    shown.push(...items);
  }
  const expected = memory
    .tally(ranking, generation)
    .filter(({ labels, sums }) => labels.kind === "in" && Number(sums.coins) > 0)
    .map(({ labels, sums }) => ({ ...labels, ...sums }))
    .sort((left, right) => Number(Object(right).coins) - Number(Object(left).coins));
  expect(shown).toHaveLength(expected.length);
  expect(shown).toEqual(expect.arrayContaining(expected));
};

/**
 * Reads every view from the build that serves; fails when one is older than it was before, or does not show what it has
 * taken in.
 */
export const reader = async (world: World, isOver: () => boolean): Promise<void> => {
  const seen = new Map<string, number>();
  while (!isOver()) {
    await world.scheduler.turn();
    const stream = `jar-${jarId(world)}`;
    const view = jarViews[world.pick(jarViews.length)] ?? jars;
    const version = await shownVersion(world, view, stream);
    const key = `${stream} in ${view.name}`;
    const before = seen.get(key) ?? 0;
    if (version < before)
      throw new Error(`A reader saw ${key} go back from version ${before} to ${version}.`);
    seen.set(key, version);
    if (view === ranking) await expectRanked(world);
  }
};
