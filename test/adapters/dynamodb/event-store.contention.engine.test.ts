import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { CommandAnswer, CommandPorts } from "../../../lib/core/command/command-request.ts";
import type { Usage } from "../../../lib/core/meter.ts";
import { eventTable, idempotencyTable } from "../../../lib/core/system/tables.ts";
import { createDice } from "../../clock.ts";
import { type Bank, createBank, opening, type Priced } from "./bank.ts";
import { inspectAccount } from "./inspect-account.ts";
import { type StartedStore, startStore } from "./started-store.ts";

const seed = Number(process.env.SEED ?? Date.now() % 1_000_000);
const dice = createDice(seed);
const upTo = (bound: number): number => 1 + Math.floor(dice() * bound);
const ann = { by: "ann" };

let started: StartedStore;

beforeAll(async () => {
  process.stdout.write(`seed ${seed}\n`);
  started = await startStore([eventTable, idempotencyTable]);
});

afterAll(() => started.stop());

/**
 * Slow motion: one thread and one engine do the work of all functions and of DynamoDB, and other
 * tests run beside. To a command, this machine looks faster than it is.
 */
const slowness = 4;
const start = Date.now();
const slowly: Partial<CommandPorts> = {
  now: () => start + Math.floor((Date.now() - start) / slowness),
  sleep: (ms) => sleep(ms * slowness),
};

/** So many functions, each with a cache and dice of its own. */
const functions = (count: number): readonly Bank[] =>
  Array.from({ length: count }, () =>
    createBank(started.connection, { ...slowly, random: createDice(upTo(1_000_000)) }),
  );

const accountWith = async (balance: number): Promise<string> => {
  const id = randomUUID();
  await createBank(started.connection, slowly).send(id, "open", opening(balance), ann);
  return id;
};

type Sent = Priced<CommandAnswer>;

const accepted = (all: readonly Sent[]): number =>
  all.filter(({ result }) => result.status === "fulfilled").length;

const perAccepted = (all: readonly Sent[], unit: keyof Usage): string =>
  (all.reduce((sum, { used }) => sum + used[unit], 0) / accepted(all)).toFixed(2);

const report = (what: string, all: readonly Sent[], began: number): void => {
  const figures = [
    `${accepted(all)} of ${all.length} accepted in ${Date.now() - began} ms`,
    `${perAccepted(all, "roundTrips")} round trips`,
    `${perAccepted(all, "writeUnits")} write units`,
    `${perAccepted(all, "readUnits")} read units each`,
  ];
  process.stdout.write(`${what}: ${figures.join(", ")}\n`);
};

/** Refusals that a caller may repeat; whatever else a command fails with is thrown. */
const checkRefusals = (all: readonly Sent[], ...kinds: readonly string[]): void => {
  for (const { result } of all)
    if (result.status === "rejected" && !kinds.includes(result.reason.kind)) throw result.reason;
};

describe.each([4, 16, 64])("%i writers at once on one account", (count) => {
  test("lose no update, whatever they remember", async () => {
    const id = await accountWith(1_000_000);
    const writers = functions(count);
    let expected = 1_000_000;
    let commits = 1;
    // In the second round the functions remember states, most of them stale.
    for (const round of ["cold", "warm"]) {
      const amounts = writers.map(() => upTo(1_000));
      const began = Date.now();
      const all = await Promise.all(
        writers.map((writer, index) => {
          const route = index % 2 === 0 ? "deposit" : "withdraw";
          return writer.sendPriced(id, route, { amount: amounts[index] }, ann);
        }),
      );
      report(`${count} ${round} writers`, all, began);
      checkRefusals(all, "conflict");
      expect(accepted(all)).toBeGreaterThanOrEqual(Math.ceil(count * 0.75));
      for (const [index, { result }] of all.entries())
        if (result.status === "fulfilled")
          expected += (index % 2 === 0 ? 1 : -1) * (amounts[index] ?? 0);
      commits += accepted(all);
    }
    const inspected = await inspectAccount(writers[0]?.ports.store ?? expect.fail(), id);
    expect(inspected.version).toBe(commits);
    expect(inspected.commits).toHaveLength(commits);
    expect(inspected.balance).toBe(expected);
  });
});

test("64 withdrawals at once never take more than there is", async () => {
  const id = await accountWith(3_000);
  const all = await Promise.all(
    functions(64).map((writer) => writer.sendPriced(id, "withdraw", { amount: 100 }, ann)),
  );
  checkRefusals(all, "conflict", "rejected");
  const codes = all.flatMap(({ result }) =>
    result.status === "rejected" ? [result.reason.facts.code] : [],
  );
  const { balance } = await inspectAccount(createBank(started.connection).ports.store, id);
  expect(balance).toBe(3_000 - 100 * accepted(all));
  // Nobody hears that the money is gone while some is left.
  expect(codes).toContain("insufficient-funds");
  expect(balance).toBe(0);
});
