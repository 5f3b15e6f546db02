import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ListTablesCommand } from "@aws-sdk/client-dynamodb";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { startEngine } from "../../local/engine.ts";
import { type System, type SystemOptions, startSystem } from "../../local/system.ts";
import { tablesAt } from "./engine-client.ts";
import { callerOf, opening } from "./host-process.ts";

let dataDir: string;
let system: System | undefined;
let lines: string[] = [];

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "everfold-test-"));
  lines = [];
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await system?.stop();
  system = undefined;
  await rm(dataDir, { recursive: true, force: true });
});

const start = async (options: Partial<SystemOptions> = {}): Promise<System> => {
  const log = (line: string) => lines.push(line);
  system = await startSystem({ port: 0, dataDir, log, ...options });
  return system;
};

const balanceOf = async (url: string, id: string): Promise<unknown> => {
  const answer = await (await callerOf(url, "alice")).get(`/accounts/${id}`);
  return answer.json();
};

test("a command is on disk, in every view and on the bus, and stays there over a restart", async () => {
  const first = await start();
  const alice = await callerOf(first.url, "alice");
  expect((await alice.post("/accounts/a1/open", opening)).status).toBe(201);
  expect((await alice.post("/accounts/a1/deposit", { amount: 250 })).status).toBe(200);
  await first.idle();
  const shown = { version: 2, balance: 250, owner: { name: "Alice" } };
  expect(await balanceOf(first.url, "a1")).toMatchObject(shown);
  const bus = await (await fetch(`${first.url}/local/bus`)).json();
  expect(bus).toMatchObject({
    items: [{ "detail-type": "MoneyDeposited" }, { "detail-type": "AccountOpened" }],
  });
  const token = await first.token("alice");
  await first.stop();
  const second = await start();
  const headers = { authorization: `Bearer ${token}` };
  const again = await fetch(`${second.url}/accounts/a1`, { headers });
  expect(await again.json()).toMatchObject(shown);
  const { post } = await callerOf(second.url, "alice");
  expect((await post("/accounts/a1/deposit", { amount: 50 })).status).toBe(200);
  await second.idle();
  expect(await balanceOf(second.url, "a1")).toMatchObject({ version: 3, balance: 300 });
  expect(lines).toEqual([]);
});

test("views are right when the stream is out of order, doubled and late", async () => {
  const disorderSeed = 42;
  const { url, idle } = await start({ pump: { disorderSeed, batchSize: 7 } });
  const alice = await callerOf(url, "alice");
  for (const id of ["b1", "b2", "b3"]) {
    await alice.post(`/accounts/${id}/open`, opening);
    for (let amount = 1; amount <= 10; amount += 1)
      await alice.post(`/accounts/${id}/deposit`, { amount });
  }
  await idle();
  const why = `seed ${disorderSeed}`;
  for (const id of ["b1", "b2", "b3"])
    expect(await balanceOf(url, id), why).toMatchObject({ version: 11, balance: 55 });
  const balances = await (await alice.get("/views/balances?user=alice")).json();
  expect(balances, why).toMatchObject({ items: [{ currentBalance: 165, accounts: 3 }] });
});

test("stopping under load answers what it has taken, and keeps it", async () => {
  const first = await start();
  const alice = await callerOf(first.url, "alice");
  await alice.post("/accounts/c1/open", opening);
  let acknowledged = 0;
  const load = Array.from({ length: 4 }, async () => {
    for (;;) {
      const answer = await alice.post("/accounts/c1/deposit", { amount: 1 }).catch(() => undefined);
      if (answer?.status !== 200) return answer?.status;
      acknowledged += 1;
      if (acknowledged === 20) void first.stop();
    }
  });
  const ends = await Promise.all(load);
  await first.stop();
  expect(ends).toEqual([undefined, undefined, undefined, undefined]);
  const second = await start();
  await second.idle();
  expect(await balanceOf(second.url, "c1")).toMatchObject({ balance: acknowledged });
});

test("an engine of one's own is used instead of the embedded one, and left running", async () => {
  const own = await startEngine();
  vi.stubEnv("AWS_ENDPOINT_URL_DYNAMODB", own.url);
  const { url, idle, stop } = await start();
  const alice = await callerOf(url, "alice");
  await alice.post("/accounts/d1/open", opening);
  await idle();
  expect(await balanceOf(url, "d1")).toMatchObject({ version: 1 });
  expect(await readdir(dataDir)).not.toContain("engine.db");
  await stop();
  const { TableNames } = await tablesAt(own.url).send(new ListTablesCommand({}));
  expect(TableNames).toContain("events");
  await own.stop();
});

test("a start that is refused leaves nothing behind", async () => {
  const { url } = await start();
  const port = Number(new URL(url).port);
  const other = join(dataDir, "other");
  await expect(startSystem({ port, dataDir: other })).rejects.toThrow(`Port ${port} is in use.`);
  const free = await startSystem({ port: 0, dataDir: other });
  expect((await fetch(`${free.url}/health`)).status).toBe(200);
  await free.stop();
});
