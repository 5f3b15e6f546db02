import { afterAll, beforeAll, test } from "vitest";
import { eventTable, idempotencyTable } from "../../../lib/core/tables.ts";
import { BatchWriteCommand } from "@aws-sdk/lib-dynamodb";
import { marshall } from "@aws-sdk/util-dynamodb";
import { createBank, opening } from "./bank.ts";
import { growth } from "./long-account.ts";
import { load } from "../../../lib/core/load.ts";
import account from "../../../lib/domains/account/index.ts";
import { commitHash } from "../../../lib/core/integrity.ts";
import { itemBytes } from "../../../lib/core/item-size.ts";
import { type StartedStore, startStore } from "./started-store.ts";
let started: StartedStore;
beforeAll(async () => { started = await startStore([{ ...eventTable, stream: process.env.STREAM === "1" }, idempotencyTable]); });
afterAll(() => started.stop());
test("seed", async () => {
  const bank = createBank(started.client);
  await bank.send("x", "open", opening(0), { by: "ann" });
  const opened = await load(account, bank.ports.store, `account-x`, { consistent: true });
  const time = (what: string, f: () => unknown) => { const t = performance.now(); f(); process.stdout.write(`${what}: ${(performance.now() - t).toFixed(0)} ms\n`); };
  const cs: any[] = [];
  time("build 1000", () => { for (const c of growth(opened, 100_001, 100)) cs.push(c.commit); });
  time("hash", () => { for (const c of cs) commitHash(c.hash, c); });
  time("bytes", () => { for (const c of cs) itemBytes(c); });
  time("fold", () => { for (const c of cs) account.events.read; });
  time("marshall", () => { for (const c of cs) marshall(c); });
  time("json", () => { for (const c of cs) JSON.stringify(marshall(c)); });
  process.stdout.write(`${itemBytes(cs[5])} bytes\n`);
  for (const [from, to, batch] of [[0, 200, 1], [200, 400, 5], [400, 900, 25]] as const) {
    let i = from; const t = performance.now();
    await Promise.all(Array.from({ length: 8 }, async () => {
      while (i < to) {
        const some = cs.slice(i, (i += batch));
        if (batch === 1) await bank.ports.store.append(some);
        else await started.client.send(new BatchWriteCommand({ RequestItems: { events: some.map((Item: any) => ({ PutRequest: { Item } })) } }));
      }
    }));
    process.stdout.write(`batch ${batch}: ${((performance.now() - t) / (to - from)).toFixed(2)} ms each\n`);
  }
}, 300_000);
