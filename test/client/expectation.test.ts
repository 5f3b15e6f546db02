import { expect, test } from "vitest";
import { createExpectation } from "../../lib/client/expectation.ts";
import { nothingKnown } from "../../lib/client/known-history.ts";
import { Problem, Unanswered } from "../../lib/client/problem.ts";
import type { Intent, Replay } from "../../lib/client/replay.ts";
import type { HistoryItem } from "../../lib/core/log/history.ts";

const time = "2026-11-01T12:00:00.000Z";
const added = (events: readonly HistoryItem[], by: number): readonly HistoryItem[] => [
  ...events,
  { version: events.length + 1, type: "Added", data: by, time, actor: "ann" },
];
const sumOf = (events: readonly HistoryItem[]): number =>
  events.reduce((sum, { data }) => sum + Number(data), 0);

/** A counter that never goes below zero: what is expected, and what a server with it decides. */
const counter: Replay = {
  show: (events) => (events.length === 0 ? undefined : { sum: sumOf(events) }),
  expect: (events, { body }) =>
    sumOf(events) + Number(body) < 0 ? events : added(events, Number(body)),
};
const add = (by: number): Intent => ({ name: "add", body: by, options: undefined, time });

/** A server that answers when it is told to. */
const setUp = async (start: number) => {
  let events = added([], start);
  let isReadable = true;
  const shown: [number, number][] = [];
  const waiting: (() => void)[] = [];
  const order: number[] = [];
  const port = createExpectation(
    {
      replay: counter,
      readOn: async (known) => {
        if (!isReadable) throw new Unanswered("down");
        return { ...known, events };
      },
      send: async (intent) => {
        order.push(Number(intent.body));
        await new Promise<void>((resolve) => waiting.push(resolve));
        const next = counter.expect(events, intent);
        if (next === events) throw new Problem(422, "below zero", { code: "below-zero" });
        events = next;
        return { version: events.length };
      },
      changed: (document, pending) => shown.push([Object(document).sum, pending]),
    },
    { ...nothingKnown, events },
  );
  return {
    port,
    shown,
    order,
    /** Lets the server answer the command that waits. */
    answer: async () => {
      await expect.poll(() => waiting.length).toBeGreaterThan(0);
      waiting.shift()?.();
    },
    others: (by: number) => {
      events = added(events, by);
    },
    breakDown: () => {
      isReadable = false;
    },
  };
};

test("the expected document is shown at once, before anything was sent", async () => {
  const { port, shown, order, answer } = await setUp(10);
  const run = port.run(add(5));
  expect(port.document()).toEqual({ sum: 15 });
  expect(shown).toEqual([[15, 1]]);
  expect(order).toEqual([]);
  await answer();
  expect(await run).toEqual({ sum: 15 });
  expect(shown).toEqual([
    [15, 1],
    [15, 0],
  ]);
});

test("a refused command leaves no trace, and tells why", async () => {
  const { port, shown, others, answer } = await setUp(10);
  const run = port.run(add(-8));
  expect(port.document()).toEqual({ sum: 2 });
  others(-5);
  const refused = expect(run).rejects.toMatchObject({ code: "below-zero" });
  await answer();
  await refused;
  expect(port.document()).toEqual({ sum: 5 });
  expect(shown.at(-1)).toEqual([5, 0]);
});

test("commands are sent one after the other, in the order in which they were given", async () => {
  const { port, order, answer } = await setUp(0);
  const runs = [port.run(add(1)), port.run(add(2)), port.run(add(3))];
  expect(port.document()).toEqual({ sum: 6 });
  expect(port.pending()).toBe(3);
  await expect.poll(() => order).toEqual([1]);
  await answer();
  expect(await runs[0]).toEqual({ sum: 1 });
  expect(port.document()).toEqual({ sum: 6 });
  await answer();
  await answer();
  expect(await Promise.all(runs)).toEqual([{ sum: 1 }, { sum: 3 }, { sum: 6 }]);
  expect(order).toEqual([1, 2, 3]);
});

test("those that follow a refused one are decided anew, without it", async () => {
  const { port, others, answer } = await setUp(0);
  const first = port.run(add(10));
  const second = port.run(add(-4));
  const third = port.run(add(1));
  expect(port.document()).toEqual({ sum: 7 });
  await answer();
  await first;
  others(-8);
  const refused = expect(second).rejects.toBeInstanceOf(Problem);
  await answer();
  await refused;
  expect(port.document()).toEqual({ sum: 3 });
  await answer();
  expect(await third).toEqual({ sum: 3 });
});

test("what others did in between is seen with the answer", async () => {
  const { port, others, answer } = await setUp(10);
  const run = port.run(add(5));
  others(100);
  await answer();
  expect(await run).toEqual({ sum: 115 });
  expect(port.document()).toEqual({ sum: 115 });
});

test("what others did is seen on request, after what is under way", async () => {
  const { port, others, shown, answer } = await setUp(10);
  const run = port.run(add(5));
  const refreshed = port.refresh();
  others(1);
  await answer();
  await run;
  expect(await refreshed).toEqual({ sum: 16 });
  expect(shown.at(-1)).toEqual([16, 0]);
});

test("an accepted command stays, though the history cannot be read", async () => {
  const { port, breakDown, answer } = await setUp(10);
  const run = port.run(add(5));
  breakDown();
  await answer();
  expect(await run).toEqual({ sum: 15 });
  expect(port.document()).toEqual({ sum: 15 });
  await expect(port.refresh()).rejects.toBeInstanceOf(Unanswered);
});

test("a refused command is taken back, though the history cannot be read", async () => {
  const { port, others, breakDown, answer } = await setUp(10);
  const run = port.run(add(-8));
  others(-5);
  breakDown();
  const refused = expect(run).rejects.toBeInstanceOf(Problem);
  await answer();
  await refused;
  expect(port.document()).toEqual({ sum: 10 });
});

test("a command that cannot succeed is expected to change nothing, and is sent all the same", async () => {
  const { port, others, order, answer } = await setUp(1);
  const run = port.run(add(-5));
  expect(port.document()).toEqual({ sum: 1 });
  others(9);
  await answer();
  expect(await run).toEqual({ sum: 5 });
  expect(order).toEqual([-5]);
});
