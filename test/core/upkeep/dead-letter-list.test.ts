import { expect, test } from "vitest";
import { listDeadPairs, redriveAll } from "../../../lib/core/upkeep/dead-letter-list.ts";
import { filled, queued } from "../../read-side.ts";
import { diary, purses } from "../../sample-views.ts";

const withDead = async () => {
  const side = filled(3);
  const ports = side.start();
  for (const { name, definition } of [diary, purses])
    await ports.catalogue.create(name, definition);
  const park = (view: string, stream: string, dead: boolean) =>
    ports.parking.park({ view, generation: 1, stream }, { reason: "poison", queued: true, dead });
  await park(diary.name, "jar-j0", true);
  await park(diary.name, "jar-j1", false);
  await park(purses.name, "jar-j2", true);
  let moved = 7;
  const deadLetters = {
    count: async () => moved,
    redrive: async () => ({ moved: moved--, more: false }),
  };
  return { side, ports: { ...ports, deadLetters } };
};

test("lists what the catch-up has given up on, with the reason, and nothing that it still tries", async () => {
  const { ports } = await withDead();
  const dead = await listDeadPairs(ports);
  expect(dead.map(({ view, stream, reason }) => [view, stream, reason])).toEqual([
    [diary.name, "jar-j0", "poison"],
    [purses.name, "jar-j2", "poison"],
  ]);
});

test("a redrive queues every given up stream again, and whatever else is in the dead-letter queue", async () => {
  const { side, ports } = await withDead();
  expect(await redriveAll(ports)).toEqual({ streams: 2, messages: 7, more: false });
  expect(queued(side, "catch-up")).toHaveLength(2);
  expect(await listDeadPairs(ports)).toEqual([]);
  expect(side.memory.parked.every(({ queued: isQueued }) => isQueued)).toBe(true);
});

test("once the cause is mended, a redrive heals without a rebuild", async () => {
  const { side, ports } = await withDead();
  await redriveAll(ports);
  await side.drain(ports);
  expect(side.memory.parked.filter(({ stream }) => stream !== "jar-j1")).toEqual([]);
  expect(side.memory.checkpoints(purses, 1).get("jar-j2")).toBe(
    side.store.commits("jar-j2").reduce((sum, { events }) => sum + events.length, 0),
  );
});
