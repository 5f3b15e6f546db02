import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { importCommits } from "../../../bench/import-commits.ts";
import { lastVersion } from "../../../lib/core/log/commit.ts";
import { verifyLink } from "../../../lib/core/log/integrity.ts";
import { load } from "../../../lib/core/log/load.ts";
import type { Usage } from "../../../lib/core/meter.ts";
import { eventTable, idempotencyTable } from "../../../lib/core/system/tables.ts";
import account from "../../../lib/domains/account/index.ts";
import { type Bank, createBank, opening } from "./bank.ts";
import { accountCommits, growAccount } from "./long-account.ts";
import { type StartedStore, startStore } from "./started-store.ts";

const ann = { by: "ann" };
const usage = (roundTrips: number, readUnits: number, writeUnits: number): Usage => ({
  roundTrips,
  readUnits,
  writeUnits,
});
const warm = usage(1, 0, 1);
const cold = usage(2, 0.5, 1);

let home: string;
let started: StartedStore;
let asImported: Usage;
const ids = { short: "", middle: "", long: "long" };

/** A function that has just started. */
const fresh = (): Bank => createBank(started.connection);

const deposit = async (bank: Bank, id: string): Promise<Usage> => {
  const { used, result } = await bank.sendPriced(id, "deposit", { amount: 1 }, ann);
  if (result.status === "rejected") throw result.reason;
  return used;
};

const loading = async (id: string): Promise<Usage> => {
  const { used } = await fresh().priced(({ store }) =>
    load(account, store, `account-${id}`, { consistent: false }),
  );
  return used;
};

/** Accounts do not end in commits of 100 events; some small ones follow. */
const settle = async (id: string): Promise<string> => {
  for (let sent = 0; sent < 4; sent++) await deposit(fresh(), id);
  return id;
};

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "everfold-cost-"));
  const began = Date.now();
  const imported = await importCommits(home, accountCommits(ids.long, 1_000_000, 100));
  process.stdout.write(`1,000,000 events were ready after ${Date.now() - began} ms\n`);
  started = await startStore([eventTable, idempotencyTable], imported);
  asImported = await loading(ids.long);
  await settle(ids.long);
  ids.short = await growAccount(fresh().ports.store, 10, 1);
  ids.middle = await growAccount(fresh().ports.store, 1_000, 1);
}, 240_000);

afterAll(async () => {
  await started?.stop();
  await rm(home, { recursive: true, force: true });
});

describe("1,000,000 events", () => {
  test("are one unbroken chain with dense versions at their head", async () => {
    const { store } = fresh().ports;
    const upTo = 1_000_000;
    const commits = await store.tail("account-long", { upTo, limit: 50, consistent: true });
    const [oldest, ...others] = commits.toReversed();
    if (!oldest) throw new Error("There are no commits.");
    const { hash, time } = oldest;
    let position = { version: lastVersion(oldest), hash, time, commits: 1 };
    for (const commit of others) {
      const next = verifyLink(position, commit);
      if ("brokenAt" in next) throw new Error(next.reason);
      position = next;
    }
    expect(position.version).toBe(upTo);
    expect(commits[0]?.snapshot?.state).toMatchObject({ balance: 999_999 });
  });

  test("are loaded for what the last few commits have, as any other stream is", async () => {
    const hundreds = await growAccount(fresh().ports.store, 501, 100);
    expect(asImported).toEqual(await loading(hundreds));
  });

  test("are loaded for no more than 100 events", async () => {
    const hundred = await settle(await growAccount(fresh().ports.store, 100, 100));
    expect(await loading(hundred)).toEqual(usage(1, 0.5, 0));
    expect(await loading(ids.long)).toEqual(usage(1, 0.5, 0));
  });
});

describe.each(["short", "middle", "long"] as const)("on a %s account", (length) => {
  test("a command of a function that has just started costs 2 / 0.5 / 1", async () => {
    for (let sent = 0; sent < 6; sent++) expect(await deposit(fresh(), ids[length])).toEqual(cold);
  });

  test("a command of a warm function costs 1 / 0 / 1", async () => {
    const bank = fresh();
    await deposit(bank, ids[length]);
    for (let sent = 0; sent < 12; sent++) expect(await deposit(bank, ids[length])).toEqual(warm);
  });
});

describe("whatever the history,", () => {
  const costOf = async (bank: Bank, ...sent: Parameters<Bank["send"]>): Promise<Usage> =>
    (await bank.sendPriced(...sent)).used;

  const opened = async (bank: Bank, balance: number): Promise<string> => {
    const id = randomUUID();
    await bank.send(id, "open", opening(balance), ann);
    return id;
  };

  test("opening an account costs one read and one write unit", async () => {
    const used = await costOf(fresh(), randomUUID(), "open", opening(0), ann);
    expect(used).toEqual(cold);
  });

  test("a refused put costs its unit and no read, for it tells the winner", async () => {
    const [one, two] = [fresh(), fresh()];
    const id = await opened(one, 0);
    await deposit(two, id);
    expect(await deposit(one, id)).toEqual(usage(2, 0, 2));
  });

  test("the next command after a conflict is read before it is written", async () => {
    const [one, two] = [fresh(), fresh()];
    const id = await opened(one, 0);
    await deposit(two, id);
    await deposit(one, id);
    await deposit(two, id);
    const used = await deposit(one, id);
    expect(used).toEqual(usage(2, 1, 1));
  });

  test("a rejection is confirmed by one strong read, and writes nothing", async () => {
    const bank = fresh();
    const id = await opened(bank, 5);
    const used = await costOf(bank, id, "withdraw", { amount: 6 }, ann);
    expect(used).toEqual(usage(1, 1, 0));
  });

  test("a transfer costs two units for each of its two writes, in one round trip", async () => {
    const bank = fresh();
    const [from, to] = [await opened(bank, 100), await opened(bank, 0)];
    const transfer = { to, amount: 10 };
    expect(await costOf(bank, from, "transfer", transfer, ann)).toEqual(usage(1, 0, 4));
    expect(await costOf(fresh(), from, "transfer", transfer, ann)).toEqual(usage(3, 1, 4));
  });

  test("a transfer that meets a conflict costs its units once more", async () => {
    const [one, two] = [fresh(), fresh()];
    const [from, to] = [await opened(one, 100), await opened(one, 0)];
    await deposit(two, to);
    const used = await costOf(one, from, "transfer", { to, amount: 10 }, ann);
    // The stream that was not in the way is read, to be sure of it.
    expect(used).toEqual(usage(3, 1, 8));
  });

  test("an idempotent command costs two units for commit and record each", async () => {
    const bank = fresh();
    const id = await opened(bank, 100);
    const sending = { ...ann, key: randomUUID() };
    const command = [id, "withdraw", { amount: 10 }, sending] as const;
    expect(await costOf(bank, ...command)).toEqual(usage(1, 0, 4));
    expect(await costOf(bank, ...command)).toEqual(usage(1, 0, 4));
  });

  test("an idempotent command that decides nothing costs its look-up and its record", async () => {
    const bank = fresh();
    const id = await opened(bank, 100);
    const sending = { ...ann, key: randomUUID() };
    expect(await costOf(bank, id, "open", opening(100), sending)).toEqual(usage(3, 2, 1));
    expect(await costOf(bank, id, "open", opening(100), sending)).toEqual(usage(2, 2, 0));
  });
});
