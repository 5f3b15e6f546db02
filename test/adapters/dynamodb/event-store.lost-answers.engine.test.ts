import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type Connection, connect } from "../../../lib/adapters/dynamodb/client.ts";
import { Refusal } from "../../../lib/core/errors.ts";
import type { EventReader } from "../../../lib/core/log/event-store.ts";
import { eventTable, idempotencyTable } from "../../../lib/core/system/tables.ts";
import { Event } from "../../../lib/domains/account/account.ts";
import { createDice } from "../../clock.ts";
import { type Bank, createBank, opening } from "./bank.ts";
import { inspectAccount } from "./inspect-account.ts";
import { type Loss, type LossyProxy, startLossyProxy } from "./lossy-proxy.ts";
import { pointSdkAt } from "./sdk-environment.ts";
import { type StartedStore, startStore } from "./started-store.ts";

const seed = Number(process.env.SEED ?? Date.now() % 1_000_000);
const dice = createDice(seed);
const ann = { by: "ann" };

let started: StartedStore;
let proxy: LossyProxy;
let lossy: Connection;
let log: EventReader;
let bank: Bank;
let id: string;

beforeAll(async () => {
  process.stdout.write(`seed ${seed}\n`);
  started = await startStore([eventTable, idempotencyTable]);
  log = createBank(started.connection).ports.store;
  proxy = await startLossyProxy(started.url);
  pointSdkAt(proxy.url);
});

afterAll(async () => {
  await proxy.stop();
  await started.stop();
});

beforeEach(async () => {
  proxy.lossOf = () => "none";
  // A connection of its own: after some failures the SDK saves its further attempts.
  lossy = connect();
  bank = createBank(lossy);
  id = randomUUID();
  await bank.send(id, "open", opening(1_000), ann);
});

/** The next writes meet these losses, one each; reads and all later writes meet none. */
const lose = (...losses: Loss[]): void => {
  proxy.lossOf = (operation) =>
    operation === "Query" || operation === "GetItem" ? "none" : (losses.shift() ?? "none");
};

const memos = async (account: string): Promise<readonly (string | undefined)[]> => {
  const { commits } = await inspectAccount(log, account);
  const events = commits.flatMap((commit) => commit.events.map((event) => Event.read(event)));
  return events.flatMap((event) => (event.type === "MoneyDeposited" ? [event.data.memo] : []));
};

const losses: readonly Loss[] = ["request-lost", "answer-lost", "fault-before", "fault-after"];

describe.each(losses)("%s", (loss) => {
  // The SDK tries three times by itself; beyond that the command itself finds out.
  test.each([1, 2, 3, 4, 6])("%i times in a row, a deposit is still made once", async (times) => {
    lose(...Array<Loss>(times).fill(loss));
    const answer = await bank.send(id, "deposit", { amount: 5 }, ann);
    expect(answer.streams).toMatchObject([{ version: 2, events: [{ version: 2 }] }]);
    expect(await inspectAccount(log, id)).toMatchObject({ version: 2, balance: 1_005 });
  });

  test.each([1, 3, 4])("%i times in a row, a transfer is still made once", async (times) => {
    const to = randomUUID();
    await bank.send(to, "open", opening(0), ann);
    lose(...Array<Loss>(times).fill(loss));
    const answer = await bank.send(id, "transfer", { to, amount: 300 }, ann);
    expect(answer.streams.map(({ version }) => version)).toEqual([2, 2]);
    expect(await inspectAccount(log, id)).toMatchObject({ version: 2, balance: 700 });
    expect(await inspectAccount(log, to)).toMatchObject({ version: 2, balance: 300 });
  });

  test.each([1, 3, 4])("%i times in a row, an idempotent deposit is made once", async (times) => {
    lose(...Array<Loss>(times).fill(loss));
    const sending = { ...ann, key: randomUUID() };
    const first = await bank.send(id, "deposit", { amount: 5 }, sending);
    expect(first.streams).toMatchObject([{ version: 2, events: [{ version: 2 }] }]);
    expect(await bank.send(id, "deposit", { amount: 5 }, sending)).toEqual(first);
    expect(await inspectAccount(log, id)).toMatchObject({ version: 2, balance: 1_005 });
  });
});

test("a silent store is told as unavailable, and what it did is found later", async () => {
  proxy.lossOf = () => "answer-lost";
  const refusal = { name: "Refusal", kind: "unavailable", facts: { retryAfter: 1 } };
  await expect(bank.send(id, "deposit", { amount: 5 }, ann)).rejects.toMatchObject(refusal);
  proxy.lossOf = () => "none";
  await bank.send(id, "deposit", { amount: 7 }, ann);
  expect(await inspectAccount(log, id)).toMatchObject({ version: 3, balance: 1_012 });
});

test("while messages are lost, each acknowledged deposit is made exactly once", async () => {
  const ids = [id, randomUUID(), randomUUID()];
  for (const other of ids.slice(1)) await bank.send(other, "open", opening(0), ann);
  proxy.lossOf = () => (dice() < 0.25 ? (losses[Math.floor(dice() * 4)] ?? "none") : "none");
  const acknowledged: string[] = [];
  const unknown: string[] = [];
  const depositMany = async (name: string): Promise<void> => {
    const own = createBank(lossy, { random: createDice(Math.floor(dice() * 1_000_000)) });
    for (let sent = 0; sent < 12; sent++) {
      const memo = `${name} ${sent}`;
      const to = ids[Math.floor(dice() * ids.length)] ?? id;
      try {
        await own.send(to, "deposit", { amount: 1, memo }, ann);
        acknowledged.push(memo);
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        if (error.kind === "unavailable") unknown.push(memo);
      }
    }
  };
  await Promise.all(Array.from({ length: 8 }, (_, index) => depositMany(`function ${index}`)));
  process.stdout.write(`${acknowledged.length} acknowledged, ${unknown.length} unknown\n`);
  const all = (await Promise.all(ids.map(memos))).flat();
  expect(new Set(all).size).toBe(all.length);
  expect(all).toEqual(expect.arrayContaining(acknowledged));
  const extra = all.filter((memo) => !acknowledged.includes(memo ?? ""));
  expect(unknown).toEqual(expect.arrayContaining(extra));
  expect(acknowledged.length).toBeGreaterThan(40);
});
