import fc from "fast-check";
import { expect, test } from "vitest";
import type { CommandAnswer } from "../../../lib/core/command/command-request.ts";
import { Refusal } from "../../../lib/core/errors.ts";
import { type Commit, lastVersion } from "../../../lib/core/log/commit.ts";
import { type BrokenChain, chainStart, verifyLink } from "../../../lib/core/log/integrity.ts";
import { foldCommit } from "../../../lib/core/log/loaded.ts";
import { createClock } from "../../clock.ts";
import { type CommandProcess, createCommandProcess } from "../../command-process.ts";
import { runs } from "../../effort.ts";
import { Command, jar, pour } from "../../jar.ts";
import { type AppendFault, createMemoryEventStore } from "../../memory-event-store.ts";

const jars = ["1", "2"] as const;

/** What one writer does next. */
const action = fc.record({
  type: fc.constantFrom("put", "take", "take", "pour", "empty", "make"),
  id: fc.constantFrom(...jars),
  coins: fc.integer({ min: 1, max: 4 }),
  isKeyed: fc.boolean(),
});
type Action = typeof action extends fc.Arbitrary<infer A> ? A : never;

const fault: fc.Arbitrary<AppendFault | "none"> = fc.constantFrom(
  "none",
  "none",
  "lost-before",
  "lost-after",
  "lost-late",
  "conflict-untold",
);

/** What several writers do at once, in how many functions, and what goes wrong. */
const plan = fc.record({
  writers: fc.array(fc.array(action, { minLength: 1, maxLength: 4 }), {
    minLength: 2,
    maxLength: 4,
  }),
  processes: fc.integer({ min: 1, max: 3 }),
  faults: fc.array(fault, { maxLength: 8 }),
});

const act = (process: CommandProcess, { type, id, coins, isKeyed }: Action, name: string) => {
  const sending = { correlationId: name, ...(isKeyed ? { key: name } : {}) };
  switch (type) {
    case "put":
      return process.send(id, Command.Put({ handfuls: [coins, 1] }), sending);
    case "take":
      return process.send(id, Command.Take({ coins }), sending);
    case "empty":
      return process.send(id, Command.Empty({}), sending);
    case "make":
      return process.send(id, Command.Make({ coins }), sending);
    case "pour":
      return process.sendSteps(pour(id, id === "1" ? "2" : "1", coins), sending);
  }
};

type Outcome = CommandAnswer | Refusal;

/** Writes one after the other; the outcome of each goes under a name that its commits carry. */
const write = async (
  process: CommandProcess,
  actions: readonly Action[],
  writer: number,
  outcomes: Map<string, Outcome>,
): Promise<void> => {
  for (const [index, next] of actions.entries()) {
    const name = `${writer}.${index}`;
    const outcome = await act(process, next, name).catch((error: unknown) => {
      if (error instanceof Refusal) return error;
      throw error;
    });
    outcomes.set(name, outcome);
  }
};

/** What was acknowledged is there once, as it was told; what was refused is not there at all. */
const checkOutcome = (outcome: Outcome, found: readonly Commit[]): void => {
  if (outcome instanceof Refusal) {
    if (outcome.kind !== "unavailable") expect(found).toEqual([]);
    return;
  }
  const told = outcome.streams.filter(({ events }) => events.length > 0);
  expect(found.map((commit) => [commit.stream, lastVersion(commit)]).sort()).toEqual(
    told.map(({ stream, version }) => [stream, version]).sort(),
  );
};

/** Coins in a jar at the end; on the way no version is missing, no chain broken, and no coin owed. */
const checkJar = (commits: readonly Commit[]): number => {
  let state: unknown = null;
  let position = chainStart;
  for (const commit of commits) {
    state = foldCommit(jar, state, commit);
    expect(Object(state).coins).toBeGreaterThanOrEqual(0);
    if (commit.snapshot) expect(commit.snapshot.state).toEqual(state);
    const next: typeof position | BrokenChain = verifyLink(position, commit);
    if ("brokenAt" in next) throw new Error(`${commit.stream} is broken: ${next.reason}`);
    position = next;
  }
  return Object(state).coins;
};

const coinsOf = (log: readonly Commit[], type: string): number =>
  log
    .flatMap(({ events }) => events)
    .reduce((sum, event) => sum + (event.type === type ? Object(event.data).coins : 0), 0);

test("whatever the interleaving and the faults: nothing acknowledged is lost, nothing refused is kept, nothing is spent twice", async () => {
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), plan, async (scheduler, { writers, processes, faults }) => {
      const clock = createClock();
      const between = () => scheduler.schedule(Promise.resolve());
      const store = createMemoryEventStore({ now: clock.now, between });
      const start = () => createCommandProcess({ store, clock, sleep: between });
      const functions = Array.from({ length: processes }, start);
      const making = jars.map((id) => start().send(id, Command.Make({ coins: 5 })));
      await scheduler.waitFor(Promise.all(making));
      store.faults.push(...faults);
      const outcomes = new Map<string, Outcome>();
      const writing = writers.map((actions, writer) =>
        write(functions[writer % processes] ?? start(), actions, writer, outcomes),
      );
      await scheduler.waitFor(Promise.all(writing));

      const log = jars.flatMap((id) => store.commits(`jar-${id}`));
      for (const [name, outcome] of outcomes)
        checkOutcome(
          outcome,
          log.filter(({ correlationId }) => correlationId === name),
        );
      const [one, two] = jars.map((id) => checkJar(store.commits(`jar-${id}`)));
      expect(coinsOf(log, "Poured")).toBe(coinsOf(log, "Filled"));
      const balance = coinsOf(log, "Made") + coinsOf(log, "CoinsPut") - coinsOf(log, "CoinsTaken");
      expect(Number(one) + Number(two)).toBe(balance);
    }),
    runs(250),
  );
});
