import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Commit } from "../../../lib/core/log/commit.ts";
import { eventTable, idempotencyTable } from "../../../lib/core/system/tables.ts";
import { Event } from "../../../lib/domains/account/account.ts";
import { createDice } from "../../clock.ts";
import { createBank, opening } from "./bank.ts";
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

/** What went between accounts, as sender and receiver tell it: `from to amount`, sorted. */
const moved = (id: string, commits: readonly Commit[]) => {
  const events = commits.flatMap((commit) => commit.events.map((event) => Event.read(event)));
  return {
    sent: events.flatMap((event) =>
      event.type === "TransferSent" ? [`${id} ${event.data.to} ${event.data.amount}`] : [],
    ),
    received: events.flatMap((event) =>
      event.type === "TransferReceived" ? [`${event.data.from} ${id} ${event.data.amount}`] : [],
    ),
  };
};

test.each([2, 3, 8])(
  "transfers at once among %i accounts, in every direction, make and lose no money",
  async (count) => {
    const ids = Array.from({ length: count }, () => randomUUID());
    const bank = createBank(started.connection);
    for (const id of ids) await bank.send(id, "open", opening(1_000), ann);
    const began = Date.now();
    let [done, refused] = [0, 0];
    const oneByOne = async (): Promise<void> => {
      const own = createBank(started.connection, { random: createDice(upTo(1_000_000)) });
      for (let sent = 0; sent < 6; sent++) {
        const from = upTo(count) - 1;
        const to = (from + upTo(count - 1)) % count;
        const body = { to: ids[to], amount: upTo(600) };
        try {
          await own.send(ids[from] ?? "", "transfer", body, ann);
          done += 1;
        } catch (error) {
          // Too little money, or too many others: both leave no trace.
          expect(error).toMatchObject({ kind: expect.stringMatching(/^(rejected|conflict)$/) });
          refused += 1;
        }
      }
    };
    await Promise.all(Array.from({ length: 8 }, oneByOne));
    const took = Date.now() - began;
    process.stdout.write(`${count} accounts: ${done} done, ${refused} refused in ${took} ms\n`);
    expect(done).toBeGreaterThan(0);
    const accounts = await Promise.all(ids.map((id) => inspectAccount(bank.ports.store, id)));
    expect(accounts.reduce((sum, { balance }) => sum + balance, 0)).toBe(1_000 * count);
    const all = accounts.map(({ commits }, index) => moved(ids[index] ?? "", commits));
    const sent = all.flatMap((one) => one.sent).sort();
    expect(sent).toHaveLength(done);
    expect(all.flatMap((one) => one.received).sort()).toEqual(sent);
  },
);
